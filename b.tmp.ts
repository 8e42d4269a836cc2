import { enlargeBilinear } from './src/image/enlarge.ts';
import { enlargeCut } from './src/image/enlarge-cut.ts';
const p = Uint8Array.from({length: 240*180*3},(_, i)=>i*37%256);
const c={from:240,to:299,first:0,count:299}, r={from:180,to:299,first:0,count:299};
const best: Record<string, number> = {};
for (let round=0;round<60;round++){ for (const [n,f] of [['own',()=>enlargeBilinear(p,{width:240,height:180},{width:299,height:299})],['cut bilinear',()=>enlargeCut(p,c,r,'bilinear')],['cut bicubic',()=>enlargeCut(p,c,r,'bicubic')]] as const){ const t=performance.now(); for(let i=0;i<5;i++) f(); best[n]=Math.min(best[n]??9e9,(performance.now()-t)/5); } }
console.log(best);
