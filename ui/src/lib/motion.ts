/** Whether things may glide. Where that cannot be asked, they do not. */
export function mayAnimate(): boolean {
  return (
    typeof window.matchMedia === 'function' &&
    !window.matchMedia('(prefers-reduced-motion: reduce)').matches
  );
}
