/** What stands between 0x80 and 0x9F in the built-in fonts' encoding (Windows-1252). */
const EXTRAS = '€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ'

/** Can the built-in fonts print it? They cover western Europe. */
export const isWestern = (text: string): boolean => [...text].every((character) => /[\x20-\x7e\xa0-\xff]/.test(character) || EXTRAS.includes(character))

/** One line of an address without what is no character of it. */
export const cleaned = (text: string): string => text.normalize('NFC').replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/gu, ' ').replace(/\s+/g, ' ').trim()

/** Letters that have no base letter to fall back to, and the Cyrillic and Greek alphabets. Source: ICAO Doc 9303, part 3, section 6. */
const latinFor: Readonly<Record<string, string>> = {
  ł: 'l', đ: 'd', ħ: 'h', ı: 'i', ŋ: 'n', œ: 'oe', ŧ: 't', ĸ: 'k', ə: 'e',
  а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', к: 'k', л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f',
  х: 'kh', ц: 'ts', ч: 'ch', ш: 'sh', щ: 'shch', ъ: 'ie', ы: 'y', ь: '', э: 'e', ю: 'iu', я: 'ia', і: 'i', ї: 'i', є: 'ie', ґ: 'g', ђ: 'dj', ј: 'j', љ: 'lj', њ: 'nj', ћ: 'c', џ: 'dz', ў: 'u',
  α: 'a', β: 'v', γ: 'g', δ: 'd', ε: 'e', ζ: 'z', η: 'i', θ: 'th', ι: 'i', κ: 'k', λ: 'l', μ: 'm', ν: 'n', ξ: 'x', ο: 'o', π: 'p', ρ: 'r', σ: 's', ς: 's', τ: 't', υ: 'y', φ: 'f', χ: 'ch', ψ: 'ps', ω: 'o',
}

/** What is printed for a character that nothing else can be found for. */
export const UNPRINTABLE = '?'

/** The text in letters that the built-in fonts have: by transliteration, accents dropped, `?` for what is left. */
export function westernised(text: string): string {
  return [...text].map(oneWesternised).join('')
}

function oneWesternised(character: string): string {
  if (isWestern(character)) return character
  const lower = character.toLowerCase()
  const found = latinFor[lower] ?? latinFor[baseOf(lower)]
  if (found !== undefined) return character === lower ? found : found.charAt(0).toUpperCase() + found.slice(1)
  const base = baseOf(character)
  return base !== '' && isWestern(base) ? base : UNPRINTABLE
}

const baseOf = (character: string): string => character.normalize('NFD').replace(/\p{M}/gu, '')
