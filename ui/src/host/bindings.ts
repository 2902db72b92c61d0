// The shapes of `src-tauri/src/wire.rs`. Do not edit: `UPDATE_BINDINGS=1 cargo test` rewrites this file.

export type ErrorCode = "not_found" | "unreadable" | "locked" | "newer" | "disk" | "bug";

export type FileCounts = { waiting: number, indexed: number, partial: number, failed: number, skipped: number, away: number, };

export type Folder = { path: string, away: boolean, n_files: number, };

export type IpcError = { code: ErrorCode, message: string, hint: string | null, };

export type LibraryStatus = { folders: Array<Folder>, files: FileCounts, n_passages: number, n_embedded: number, notices: Array<Notice>, };

export type Notice = { message: string, hint: string | null, };

export type Phase = "idle" | "walking" | "reading" | "embedding";

export type Preview = { path: string, name: string, title: string | null, page: number | null, n_pages: number | null, line: number | null, text: string, passage: [number, number] | null, highlights: Array<[number, number]>, more_before: boolean, more_after: boolean, };

export type Progress = { phase: Phase, n_done: number, n_total: number, n_to_embed: number, files_per_second: number, seconds_left: number | null, current: string | null, };

export type SearchRequest = { query: string, limit: number, typing: boolean, };

export type SearchResult = { file_id: number, passage_id: number | null, path: string, name: string, folder: string, kind: string, title: string | null, modified_ms: number, page: number | null, line: number | null, passage: string, highlights: Array<[number, number]>, score: number, n_copies: number, };

export type SearchUpdate = { stage: Stage, results: Array<SearchResult>, notices: Array<Notice>, elapsed_ms: number, last: boolean, };

export type Stage = "words" | "hybrid";

export type Why = { path: string, state: string, reason: string, };
