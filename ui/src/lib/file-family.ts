/**
 * Which icon stands for a file.
 * Owns the list of extensions; everything unknown is `other`.
 */
export type FileFamily = 'pdf' | 'doc' | 'text' | 'code' | 'web' | 'other';

const FAMILIES: Record<Exclude<FileFamily, 'other'>, string> = {
  pdf: 'pdf',
  doc: 'doc docx odt rtf ppt pptx odp xls xlsx ods epub pages key numbers',
  text: 'txt md markdown rst org tex log csv tsv eml mbox text adoc',
  code: 'rs py js ts jsx tsx svelte vue c h cc cpp hpp cs java kt go rb php swift sh bash zsh ps1 lua sql json toml yaml yml xml css scss r jl hs scala pl ipynb',
  web: 'html htm xhtml mhtml',
};

const FAMILY_OF = new Map(
  Object.entries(FAMILIES).flatMap(([family, extensions]) =>
    extensions.split(' ').map((extension) => [extension, family as FileFamily]),
  ),
);

export function fileFamily(kind: string): FileFamily {
  return FAMILY_OF.get(kind) ?? 'other';
}
