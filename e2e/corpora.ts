import { readFileSync } from 'node:fs'

type Corpus = Readonly<Record<string, readonly string[]>>

// Half characters among them are no JSON to some parsers of modules.
const corpus = (name: string): Corpus =>
  JSON.parse(readFileSync(new URL(`../conformance/hostile/${name}.json`, import.meta.url), 'utf8')) as Corpus

/** Texts that try to run as code, and addresses that try to lead elsewhere, by what they try. */
export const hostileTexts = corpus('texts')
export const hostileUrls = corpus('urls')
