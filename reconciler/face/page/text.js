/* Words, times and differences for people. */
let italian = {};

export const speak = async l => {
  italian = l === 'it' ? (await import('./words.it.js')).default : {};
  document.documentElement.lang = l;
};

export const t = (key, values = {}) => {
  const [one, many = one] = (italian[key] ?? key).replaceAll('_', ' ').split('|');
  return (values.n === 1 ? one : many).replace(/{(\w+)}/g, (_, name) => values[name]);
};

export const title = key => t(key).replace(/^./u, first => first.toUpperCase());

export const span = seconds => {
  const s = Math.max(0, Math.floor(seconds)), m = Math.floor(s / 60), hours = Math.floor(m / 60);
  return m < 1 ? `${s}s` : hours < 1 ? `${m}m ${s % 60}s` : `${hours}h ${m % 60}m`;
};
export const ago = ms => span((Date.now() - ms) / 1000);

export const clock = ms => new Date(ms).toLocaleString([], {
  timeStyle: 'short', ...new Date(ms).toDateString() !== new Date().toDateString() && { dateStyle: 'short' },
});

const differ = (a, b) => {
  let n = 0, from, to;
  for (const i of a.keys())
    for (const k of b.keys()) {
      let same = 0;
      while (i + same < a.length && a[i + same] === b[k + same]) same++;
      if (same > n) [n, from, to] = [same, i, k];
    }
  return n ? [...differ(a.slice(0, from), b.slice(0, to)), ['=', a.slice(from, from + n)], ...differ(a.slice(from + n), b.slice(to + n))]
    : [['del', a], ['ins', b]];
};

/* Word by word: [['=' | 'del' | 'ins', words], …] */
export const compare = (...texts) => {
  const [a, b] = texts.map(text => text.match(/[\p{L}\p{N}]+\s*|.\s*/gsu) ?? []);
  return a.length * b.length > 1e6 ? [['del', a], ['ins', b]] : differ(a, b);
};
