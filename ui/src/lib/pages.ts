/** The pages beside the search, in their order. */
export const PAGES = ['library', 'models', 'settings', 'connections'] as const;
export type PageName = (typeof PAGES)[number];
