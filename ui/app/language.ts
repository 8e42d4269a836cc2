import { chinese } from './chinese.ts';
import { english } from './english.ts';
import type { Texts } from './texts.ts';

const languages = { en: { texts: english, name: 'English' }, 'zh-CN': { texts: chinese, name: '简体中文' } };

/** A language of the page. */
export type LanguageCode = keyof typeof languages;

/** The languages with their own names. */
export const languageNames = Object.entries(languages).map(([code, { name }]) => ({
  code: code as LanguageCode,
  name,
}));

/** The language that the page speaks, and what must be told when another is chosen. */
export interface Language {
  readonly code: LanguageCode;
  readonly texts: Texts;
  /** A share as the language writes it; never 100 % for less. */
  percent(share: number): string;
  /** Labels as the language lists them. */
  list(labels: readonly string[]): string;
  /** Calls at once, and again whenever another language is chosen. */
  follow(apply: (texts: Texts) => void): void;
  /** Speaks another language, and remembers it. */
  choose(code: LanguageCode): void;
}

const storageKey = 'regraft.language';

/** Opens the language that was chosen the last time, else the browser's. */
export function openLanguage(): Language {
  let code = remembered() ?? preferred(navigator.languages);
  const followers: ((texts: Texts) => void)[] = [];
  const speak = (): void => {
    document.documentElement.lang = code;
    for (const apply of followers) apply(languages[code].texts);
  };
  speak();
  return {
    get code() {
      return code;
    },
    get texts() {
      return languages[code].texts;
    },
    percent(share) {
      if (share > 0 && share < 0.001) {
        return `<${(0.001).toLocaleString(code, { style: 'percent', maximumFractionDigits: 1 })}`;
      }
      const digits = share > 0.1 && share < 0.995 ? 0 : 1;
      const shown = share < 1 ? Math.min(share, 0.999) : share;
      return shown.toLocaleString(code, { style: 'percent', maximumFractionDigits: digits });
    },
    list: (labels) => new Intl.ListFormat(code, { type: 'conjunction' }).format(labels),
    follow(apply) {
      followers.push(apply);
      apply(languages[code].texts);
    },
    choose(chosen) {
      code = chosen;
      remember(chosen);
      speak();
    },
  };
}

/** The first language of a list that the page speaks; English without one. */
export function preferred(wanted: readonly string[]): LanguageCode {
  for (const one of wanted) {
    if (/^zh\b/i.test(one)) return 'zh-CN';
    if (/^en\b/i.test(one)) return 'en';
  }
  return 'en';
}

function remembered(): LanguageCode | undefined {
  try {
    const code = localStorage.getItem(storageKey);
    return code !== null && code in languages ? (code as LanguageCode) : undefined;
  } catch {
    // Some browsers keep nothing for pages in private windows.
    return undefined;
  }
}

function remember(code: LanguageCode): void {
  try {
    localStorage.setItem(storageKey, code);
  } catch {
    // As above: the choice then holds for this visit.
  }
}
