import { dark, heatColours, heatLevels, light, type Palette } from './palette.ts';

/** Writes the style sheet of the report: light, dark on screens that ask for it, and print. */
export function writeStylesheet(): string {
  return [
    `:root{color-scheme:light dark}`,
    `:root{${variables(light)}}`,
    heat(light),
    `@media screen and (prefers-color-scheme:dark){:root{${variables(dark)}}${heat(dark)}}`,
    base,
    summary,
    sections,
    charts,
    tables,
    matrix,
    mistakes,
    phone,
    print,
  ].join('\n');
}

function variables(palette: Palette): string {
  return Object.entries(palette)
    .map(([key, colour]) => `--${key}:${String(colour)}`)
    .join(';');
}

function heat(palette: Palette): string {
  const rules: string[] = [];
  for (let level = 1; level <= heatLevels; level += 1) {
    for (const [kind, colour] of [
      ['hit', palette.accent],
      ['miss', palette.alarm],
    ] as const) {
      const { background, text } = heatColours(palette, colour, level);
      rules.push(`.${kind}-${String(level)}{background:${background};color:${text}}`);
    }
  }
  return rules.join('');
}

const base = `
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;text-size-adjust:100%}
body{margin:0;background:var(--paper);color:var(--ink);
  font:400 1rem/1.55 system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans','Helvetica Neue',Arial,sans-serif;
  font-variant-numeric:tabular-nums}
main{max-width:76rem;margin:0 auto;padding:0 2rem}
h1,h2,h3,p,ul,dl,dd,figure{margin:0;padding:0}
ul{list-style:none}
code,pre{font-family:ui-monospace,'SF Mono',Menlo,Consolas,'Liberation Mono',monospace;font-size:.84em}
code{overflow-wrap:anywhere}
pre{background:var(--raised);border-radius:8px;padding:1rem 1.1rem;font-size:.92rem;white-space:pre-wrap;overflow-wrap:anywhere}
a{color:inherit;text-decoration-color:var(--muted);text-underline-offset:.2em}
a:hover{text-decoration-color:currentColor}
:focus-visible{outline:2px solid var(--accent);outline-offset:3px;border-radius:4px}
.quiet,small{color:var(--muted)}
.quiet{font-size:.9rem}
.unseen{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.swatch{display:inline-block;width:.75em;height:.75em;border-radius:3px;margin-inline-end:.55em}`;

const summary = `
.summary{padding:3.5rem 0 2.75rem}
.brand{font-weight:650;color:var(--accent);letter-spacing:.01em}
.brand span{font-weight:400;color:var(--muted)}
h1{font-size:clamp(2rem,5vw,3.1rem);line-height:1.12;font-weight:680;letter-spacing:-.022em;margin:.5rem 0 .5rem;
  overflow-wrap:anywhere;text-wrap:balance}
.about{color:var(--muted)}
.interval+.quiet{margin-top:.9rem}
.headline{display:grid;grid-template-columns:auto minmax(0,1fr);gap:1.5rem 4rem;align-items:start;margin:2.75rem 0}
.figure strong{display:block;font-size:clamp(4.2rem,10vw,6.75rem);line-height:.92;font-weight:640;letter-spacing:-.045em;
  color:var(--accent)}
.figure small{font-size:.42em;letter-spacing:0;color:inherit;font-weight:500}
.figure span{display:block;margin-top:.8rem;color:var(--muted)}
.verdict{font-size:1.28rem;line-height:1.45;margin-bottom:1.5rem;text-wrap:pretty;overflow-wrap:anywhere}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(9.5rem,1fr));gap:1.25rem 2rem;
  border-top:1px solid var(--line);padding-top:1.4rem}
.facts dt{color:var(--muted);font-size:.875rem;line-height:1.35}
.facts dd{font-size:1.3rem;font-weight:600;letter-spacing:-.01em;margin-top:.15rem}
.facts div{display:flex;flex-direction:column;justify-content:space-between}
nav{border-block:1px solid var(--line);padding:.8rem 0;font-size:.92rem}
nav ul{display:flex;flex-wrap:wrap;gap:.3rem 1.6rem}
nav a{text-decoration:none;color:var(--muted)}
nav a:hover{color:var(--ink);text-decoration:underline}`;

const sections = `
section{display:grid;grid-template-columns:14.5rem minmax(0,1fr);gap:1.25rem 3.5rem;padding:3.25rem 0;
  border-bottom:1px solid var(--line)}
section.wide-section{grid-template-columns:minmax(0,1fr)}
.wide-section>header{max-width:42rem}
section>header p{color:var(--muted);font-size:.92rem;line-height:1.5;margin-top:.6rem;text-wrap:pretty}
section>header b{color:var(--ink);font-weight:600}
h2{font-size:1.5rem;line-height:1.2;font-weight:660;letter-spacing:-.015em}
h3{font-size:1rem;font-weight:640;margin:2.2rem 0 .7rem}
.body>:first-child,.body>h3:first-child{margin-top:0}
.lead{font-size:1.08rem;text-wrap:pretty;margin-bottom:1.25rem}
.parts{display:flex;flex-wrap:wrap;gap:.2rem 1.75rem;margin-bottom:.6rem}
.parts+.bar{height:14px;margin-bottom:1.75rem}
.notices li{padding-inline-start:1rem;text-indent:-1rem;margin-bottom:.3rem;overflow-wrap:anywhere}
.notices li::before{content:'– ';color:var(--muted)}
details{margin-top:1.5rem}
summary{cursor:pointer;font-weight:600;padding:.35rem 0}
.details div{display:grid;grid-template-columns:13rem minmax(0,1fr);gap:.1rem 1.5rem;padding:.45rem 0;
  border-bottom:1px solid var(--line)}
.details div:last-child{border-bottom:0}
.details dt{color:var(--muted);overflow-wrap:anywhere}
.details dd{overflow-wrap:anywhere}
footer{padding:1.75rem 0 4rem;color:var(--muted);font-size:.9rem}`;

const charts = `
svg{display:block;overflow:visible}
svg text{fill:var(--muted);font-size:13px}
svg .strong{fill:var(--ink);font-weight:600}
.interval .track{fill:var(--line)}
.interval .span{fill:var(--accent);fill-opacity:.38}
.interval .point{stroke:var(--accent);stroke-width:4;stroke-linecap:round}
.interval .tick{stroke:var(--ink);stroke-width:1.5}
.bar{border-radius:3px;overflow:hidden}
.tone-training{fill:var(--training);background:var(--training)}
.tone-validation{fill:var(--validation);background:var(--validation)}
.tone-test{fill:var(--accent);background:var(--accent)}
.tone-tuned{fill:color-mix(in srgb,var(--accent) 55%,var(--line));background:color-mix(in srgb,var(--accent) 55%,var(--line))}
.tone-alarm{fill:var(--alarm);background:var(--alarm)}
.tone-rest{fill:var(--line);background:var(--line)}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:2rem 2.5rem;margin-bottom:1rem}
.chart{margin-bottom:1.5rem}
.charts .chart{margin-bottom:0}
.chart figcaption{font-size:.9rem;margin-bottom:.5rem}
.key{margin-inline-end:1.4rem;white-space:nowrap}
.key .swatch{height:3px;width:1.2em;vertical-align:.25em;border-radius:2px;background:currentColor}
.plot{display:grid;grid-template-columns:44px minmax(0,1fr)}
.histogram+.abscissa{padding-inline-start:0}
.histogram .marked{stroke:var(--ink)}
.legend{margin-inline-end:1.4rem;white-space:nowrap}
.lines{overflow:hidden}
.lines *{vector-effect:non-scaling-stroke}
.grid{stroke:var(--line)}
.marked{stroke:var(--muted);stroke-dasharray:3 4}
polyline{fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}
polyline.line-training{stroke-width:1.25}
.dots{stroke:currentColor;stroke-width:8;stroke-linecap:round}
.line-training{color:var(--muted)}
.line-accent{color:var(--accent)}
.line-alarm{color:var(--alarm)}
.abscissa{display:flex;justify-content:space-between;gap:1rem;padding-inline-start:44px;font-size:.82rem;color:var(--muted)}`;

const tables = `
.scroll{overflow-x:auto;max-width:100%}
.scroll+p{margin-top:1rem}
.window .scroll{max-height:44rem;overflow:auto}
.window thead th{position:sticky;top:0;z-index:1;background:var(--paper);padding-bottom:.2rem}
.window thead td{position:sticky;top:0;inset-inline-start:0;z-index:2;background:var(--paper)}
table{border-collapse:collapse;width:100%;font-size:.94rem;line-height:1.35}
.body>table{margin-bottom:1.75rem}
caption{text-align:start;font-weight:640;padding-bottom:.4rem}
th,td{text-align:start;padding:.5rem 1.25rem .5rem 0;border-bottom:1px solid var(--line);vertical-align:middle}
th:last-child,td:last-child{padding-inline-end:0}
thead th{font-weight:500;font-size:.86rem;color:var(--muted);vertical-align:bottom}
tbody th{font-weight:550;overflow-wrap:anywhere;min-width:7rem}
tbody tr:last-child>*{border-bottom:0}
tfoot>tr>*{border-top:1px solid var(--muted);border-bottom:0}
tfoot th{font-weight:500;color:var(--muted)}
.dense th,.dense td{padding-block:.22rem;font-size:.9rem}
.number{text-align:end;white-space:nowrap}
thead .number{white-space:normal;min-width:3.2rem}
.wide{width:45%;min-width:6rem}
.scores .wide{width:30%}
.samples{white-space:nowrap;width:1%}
.samples img{width:2.6rem;height:2.6rem;object-fit:cover;border-radius:4px;margin-inline-end:.25rem;vertical-align:middle}
.chosen>*{font-weight:650;color:var(--accent)}
.skipped code{white-space:nowrap;overflow-wrap:normal}
.times{margin-top:.6rem}
.times .number{width:6rem}
.times td:last-child{padding-inline-start:1.5rem;color:var(--muted)}`;

const matrix = `
.matrix{width:auto;border-collapse:separate;border-spacing:2px;font-size:.94rem}
.matrix th,.matrix td{padding:0;border:0}
.matrix thead th{font-weight:500;color:var(--ink);font-size:.86rem;text-align:center;vertical-align:bottom}
.matrix tbody th{position:sticky;inset-inline-start:0;z-index:1;background:var(--paper);padding-inline-end:.75rem;
  text-align:end;font-weight:500;min-width:0}
.matrix td{text-align:center;border-radius:4px}
.matrix tbody td{background-clip:padding-box}
.matrix td small{display:block;color:inherit;font-size:.76rem;font-weight:400;line-height:1.3}
.clip{display:block;max-width:13rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap}
.upright{display:inline-block;writing-mode:vertical-rl;text-orientation:sideways;transform:rotate(180deg);
  max-height:9rem;overflow:hidden;text-overflow:ellipsis;white-space:nowrap;padding-block:.1rem;padding-inline:.5rem 0}
.matrix .none,.matrix .diagonal{background:var(--raised);color:var(--muted)}
.large thead th{padding-bottom:.4rem}
.large .upright{writing-mode:horizontal-tb;transform:none;max-width:5.9rem;max-height:none;padding:0}
.large tbody td{height:3.6rem;min-width:5.9rem;font-weight:600;font-size:1.08rem;line-height:1.2}
.medium tbody td{height:2.6rem;min-width:2.6rem}
.small{font-size:.75rem}
.small tbody td{height:1.55rem;min-width:1.55rem}
.small thead th{font-size:.75rem}
.small .clip{max-width:10rem;font-size:.8rem}`;

const mistakes = `
.mistakes{display:grid;grid-template-columns:repeat(auto-fill,minmax(10.5rem,1fr));gap:1.6rem 1.25rem}
.quiet+.mistakes{margin-top:1rem}
.mistakes img{display:block;width:100%;aspect-ratio:1;object-fit:cover;border-radius:8px;background:var(--raised);
  margin-bottom:.55rem}
.mistakes.explained{grid-template-columns:repeat(auto-fill,minmax(17rem,1fr))}
.pair{display:grid;grid-template-columns:repeat(2,minmax(0,1fr));gap:.3rem}
.mistakes p{font-size:.94rem;line-height:1.4;overflow-wrap:anywhere}
.mistakes .truth{color:var(--muted)}
.mistakes .answer{font-weight:650;color:var(--alarm)}
.mistakes .probability{color:var(--ink);font-weight:550}
.mistakes .path{color:var(--muted);font-size:.8rem;line-height:1.35;overflow-wrap:anywhere}`;

const phone = `
@media (max-width:56rem){
  section{grid-template-columns:minmax(0,1fr);padding:2.5rem 0}
  section>header{max-width:42rem}
}
@media (max-width:40rem){
  main{padding:0 1.15rem}
  .summary{padding:2rem 0}
  .headline{grid-template-columns:minmax(0,1fr);margin:2rem 0}
  .verdict{font-size:1.15rem}
  .facts{grid-template-columns:repeat(2,minmax(0,1fr));gap:1.1rem 1.25rem}
  .desktop{display:none}
  table{font-size:.88rem}
  th,td{padding-inline-end:.7rem}
  thead th{font-size:.8rem}
  tbody th{min-width:6.2rem}
  .skipped code{white-space:normal;overflow-wrap:anywhere}
  .samples img:nth-child(n+3){display:none}
  .charts{grid-template-columns:minmax(0,1fr)}
  .details div{grid-template-columns:minmax(0,1fr)}
  .clip{max-width:6.5rem}
  .small .clip{max-width:6rem}
  .large tbody td{min-width:3rem}
  .large .clip{max-width:5.2rem}
  .matrix.large tbody th{padding-inline-end:.4rem}
  .matrix.large td small{font-size:.7rem}
  .large .upright{max-width:3rem}
  .mistakes{grid-template-columns:repeat(2,minmax(0,1fr));gap:1.25rem .9rem}
  .mistakes.explained{grid-template-columns:minmax(0,1fr)}
}`;

const print = `
.print-only{display:none}
@page{margin:16mm 15mm}
@media print{
  *{print-color-adjust:exact;-webkit-print-color-adjust:exact}
  body{font-size:10pt;background:none}
  main{max-width:none;padding:0}
  nav,.screen-only{display:none}
  details::details-content{content-visibility:visible;block-size:auto}
  summary{list-style:none}
  .print-only{display:block}
  .summary{padding:0 0 1.5rem}
  .headline{grid-template-columns:auto minmax(0,1fr);gap:2.5rem;margin:1.5rem 0}
  section{display:block;padding:1.5rem 0}
  section>header{margin-bottom:1rem;break-after:avoid;break-inside:avoid}
  h2,h3{break-after:avoid}
  tr,figure,.mistakes li,.details div,.headline{break-inside:avoid}
  .scroll{overflow:visible}
  .mistakes{grid-template-columns:repeat(5,minmax(0,1fr));gap:1rem .8rem}
  .mistakes.explained{grid-template-columns:repeat(3,minmax(0,1fr))}
  .facts{grid-template-columns:repeat(5,minmax(0,1fr))}
}`;
