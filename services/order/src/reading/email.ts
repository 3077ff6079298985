const EMAIL_MAX = 254
const LOCAL_MAX = 64
const local = /^[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{N}!#$%&'*+/=?^_`{|}~-]+)*$/u
/** Labels of letters and digits of any script (internationalised names), at least two. */
const domain = /^(?=.{1,253}$)([\p{L}\p{N}]([\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}])?\.)+[\p{L}\p{N}][\p{L}\p{N}\p{M}-]{0,61}[\p{L}\p{N}\p{M}]$/u

/** Can mail be sent there? Strict about what could break a mail header: one @, no spaces, no line breaks. Limit: 254 characters. */
export function isEmail(text: string): boolean {
  const at = text.indexOf('@')
  return (
    text.length <= EMAIL_MAX &&
    at > 0 &&
    at === text.lastIndexOf('@') &&
    at <= LOCAL_MAX &&
    local.test(text.slice(0, at)) &&
    domain.test(text.slice(at + 1))
  )
}
