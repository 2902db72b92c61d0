/** The pages beside the search, in their order. */
export const PAGES = ['library', 'models', 'settings', 'connections', 'about'] as const;
export type PageName = (typeof PAGES)[number];
