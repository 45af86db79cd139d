/** How much of a name or number may lie open on a screen in the street? */

/** A number with its middle covered: 138****5678; short ones keep their last two. */
export function maskNumber(value: string): string {
  const text = value.replaceAll(/\s/g, '');
  if (text.includes('@')) {
    const [user = '', host = ''] = text.split('@');
    return `${user.slice(0, 1)}***@${host}`;
  }
  if (text.length <= 6) return `${'*'.repeat(Math.max(0, text.length - 2))}${text.slice(-2)}`;
  const head = text.startsWith('+') ? 4 : 3;
  return `${text.slice(0, head)}${'*'.repeat(Math.max(2, text.length - head - 4))}${text.slice(-4)}`;
}

/** A person's name with all but the family name covered: 王**, Wang **. Companies are not hidden. */
export function maskName(name: string, isCompany: boolean): string {
  if (isCompany) return name;
  const text = name.trim();
  const first = Array.from(text)[0] ?? '';
  if (/\p{Script=Han}/u.test(first)) return `${first}${'*'.repeat(Math.min(2, Math.max(1, Array.from(text).length - 1)))}`;
  const words = text.split(/\s+/);
  return words.length < 2 ? `${first}**` : `${words[0] ?? ''} **`;
}
