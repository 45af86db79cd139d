/** What does a refused item say, in the words of a person? Its body is whatever a phone sent, so nothing is trusted. */
import { resultWord } from '@/rules/codes';

function read(body: string): Readonly<Record<string, unknown>> {
  try {
    const found: unknown = JSON.parse(body);
    return typeof found === 'object' && found !== null ? { ...found } : {};
  } catch {
    // Not JSON at all: that is probably why it was refused.
    return {};
  }
}

/** Result, value and note of the item; what else it holds stays in `body`. */
export function told(kind: string, body: string, lang: string): string {
  const fields = read(body);
  const text = (name: string): string => (typeof fields[name] === 'string' ? fields[name] : '');
  const result = text('result') === '' ? '' : resultWord(kind === 'visit.record' ? 'visit' : 'call', text('result'), lang);
  return [result, text('value'), text('reason'), text('note')].filter((part) => part !== '').join(' · ');
}
