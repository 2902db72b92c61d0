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
  const number = (n: number, maxDecimals = 0) =>
    n.toLocaleString(locale, { maximumFractionDigits: maxDecimals });
  return {
    number,
    counted: (n, one, many) => `${number(n)} ${n === 1 ? one : many}`,
  };
}
