import type { ParsedMail } from 'mailparser'
import type { CaughtMail } from './mailbox.js'

const escape = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)

const frame = (title: string, body: string): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(title)}</title>
<style>
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem; color: #1c2430; background: #fff }
table { border-collapse: collapse; width: 100% }
th, td { text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #d7dce3; vertical-align: top }
a { color: #0b57a4 }
input { font: inherit; padding: .3rem .5rem }
iframe { width: 100%; height: 60vh; border: 1px solid #d7dce3 }
pre { white-space: pre-wrap; background: #f4f6f8; padding: 1rem }
</style>
</head>
<body>
${body}
</body>
</html>
`

/** The list of caught mails as a page. */
export function listPage(mails: readonly CaughtMail[], total: number, to: string): string {
  const rows = mails.map(
    (mail) =>
      `<tr><td><a href="/messages/${escape(mail.id)}">${escape(mail.subject === '' ? '(no subject)' : mail.subject)}</a></td>` +
      `<td>${escape(mail.to.join(', '))}</td><td><time>${escape(mail.at.slice(0, 19).replace('T', ' '))}</time></td></tr>`,
  )
  return frame(
    'Caught mail',
    `<h1>Caught mail</h1>
<form><label>To <input name="to" type="email" value="${escape(to)}"></label> <button>Show</button></form>
<p>${mails.length} of ${total} mails, newest first.</p>
<table><thead><tr><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Received (UTC)</th></tr></thead>
<tbody>${rows.join('\n')}</tbody></table>`,
  )
}

/** One mail as a page. Its HTML stands in a frame that may run nothing. */
export function mailPage(mail: CaughtMail, parsed: ParsedMail): string {
  const html = typeof parsed.html === 'string' ? parsed.html : undefined
  return frame(
    mail.subject,
    `<p><a href="/">All mails</a></p>
<h1>${escape(mail.subject)}</h1>
<table><tbody>
<tr><th scope="row">From</th><td>${escape(mail.from)}</td></tr>
<tr><th scope="row">To</th><td>${escape(mail.to.join(', '))}</td></tr>
<tr><th scope="row">Message-ID</th><td>${escape(mail.messageId)}</td></tr>
<tr><th scope="row">Received (UTC)</th><td>${escape(mail.at)}</td></tr>
</tbody></table>
${html === undefined ? '' : `<h2>HTML</h2>\n<iframe title="The mail as HTML" sandbox="allow-popups" srcdoc="${escape(html)}"></iframe>`}
<h2>Text</h2>
<pre>${escape(parsed.text ?? '')}</pre>`,
  )
}
