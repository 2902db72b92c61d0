/**
 * How a language writes numbers, and words that go with them.
 * Knows nothing of which language is chosen.
 */
export type Counting = {
  number: (n: number, maxDecimals?: number) => string;
  /** A number with its noun, for languages that have one and many. */
  counted: (n: number, one: string, many: string) => string;
};

export function counting(locale: string | undefined): Counting {
  // Kept: a web view takes milliseconds to make one.
  const formats = new Map<number, Intl.NumberFormat>();
  const number = (n: number, maxDecimals = 0) => {
    const kept = formats.get(maxDecimals);
    const format = kept ?? new Intl.NumberFormat(locale, { maximumFractionDigits: maxDecimals });
    formats.set(maxDecimals, format);
    return format.format(n);
  };
  return {
    number,
    counted: (n, one, many) => `${number(n)} ${n === 1 ? one : many}`,
  };
}
