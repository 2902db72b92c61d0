// The shapes of `src-tauri/src/wire.rs`. Do not edit: `UPDATE_BINDINGS=1 cargo test` rewrites this file.

export type About = {
  /** As of packages. */
  version: string,
  /** The licences and notices of everything it is made with; absent where it was not packed. */
  notices: string | null,
  /** Newer versions can be looked for here: the package says where they are. */
  knows_updates: boolean,
  /** They are looked for once a day. */
  looks_for_updates: boolean,
  /** A newer one that was found since the start. */
  newer: NewerVersion | null,
};

export type AnswerCitation = {
  /** Which of the sources, from 1. */
  source: number,
  /** The passage that it stands in. */
  passage_id: number,
  /** What stands there. */
  quote: string,
  /** Page, slide, sheet or chapter, from 1. */
  page: number | null,
  /** What the document itself calls the place. */
  label: string | null,
  /** Line, from 1. */
  line: number | null,
};

export type AnswerSentence = {
  /** Its text. */
  text: string,
  /** What was found of it in the files. */
  standing: Standing,
  /** Where, the best first. */
  citations: Array<AnswerCitation>,
  /** Character ranges of `text`: numbers, dates and names that stand in no passage. */
  unfounded: Array<[number, number]>,
};

export type AnswerSource = {
  /** The file. */
  file_id: number,
  /** The passage. */
  passage_id: number,
  /** The file's name. */
  name: string,
  /** Its path, for reading. */
  path: string,
  /** Its lower-case extension; empty if none. */
  kind: string,
  /** Page, slide, sheet or chapter of the passage, from 1. */
  page: number | null,
  /** What the document's pages are. */
  unit: Unit,
  /** What the document itself calls the place. */
  label: string | null,
  /** Line, from 1. */
  line: number | null,
  /** The passage's text. */
  passage: string,
};

export type AnswerUpdate = {
  /** The files seem to answer the question; otherwise the sources are only the nearest. */
  is_answered: boolean,
  /** The model that writes it; absent where its sentences are the files' own. */
  by: string | null,
  /** In order. */
  sentences: Array<AnswerSentence>,
  /** What is cited, in the order of the first citation; without an answer, the nearest passages. */
  sources: Array<AnswerSource>,
  /** What the user should know. */
  notices: Array<Notice>,
  /** Milliseconds since the question. */
  elapsed_ms: number,
  /** Nothing follows. */
  last: boolean,
};

export type Chip = {
  /** What it asks for, for reading. */
  text: string,
  /** Something that must not be there. */
  is_excluded: boolean,
  /** Where it stands in the query, in characters. */
  span: [number, number],
};

export type Connection = {
  /** Milliseconds since 1970. */
  at_ms: number,
  /** What was asked for. */
  to: string,
  /** What came of it; absent where the program ended first. */
  answer: string | null,
};

export type DesktopWords = {
  /** Shows the window. */
  open: string,
  /** Shows the launcher. */
  launch: string,
  /** Above the ways to pause. */
  pause: string,
  /** Pauses for an hour. */
  pause_hour: string,
  /** Pauses until tomorrow morning. */
  pause_tomorrow: string,
  /** Pauses until it is resumed. */
  pause_until_resumed: string,
  /** Goes on. */
  resume: string,
  /** Ends the program. */
  quit: string,
  /** The first large reading has ended. */
  read_title: string,
  /** What can be done now. */
  read_text: string,
};

export type ErrorCode = "not_found" | "unreadable" | "locked" | "newer" | "disk" | "refused" | "bug";

export type Exchange = {
  /** What was asked. */
  question: string,
  /** What was answered. */
  answer: string,
};

export type Fetching = {
  /** The file under way. */
  file: string,
  /** Its number, from 1. */
  i_file: number,
  /** Of so many. */
  n_files: number,
  /** What of it is there. */
  n_bytes: number,
  /** Of so many, where that is known. */
  n_bytes_total: number | null,
};

export type FileCounts = {
  /** Known, not yet read. */
  waiting: number,
  /** Read whole. */
  indexed: number,
  /** Read in part; the reason says why. */
  partial: number,
  /** Could not be read; the reason says why. */
  failed: number,
  /** Not read on purpose; the reason says why. */
  skipped: number,
  /** In a folder that cannot be reached now. */
  away: number,
};

export type FilePage = {
  /** In the order in which they became known. */
  files: Array<ListedFile>,
  /** Others follow. */
  has_more: boolean,
};

export type Folder = {
  /** Full path, for reading. */
  path: string,
  /** The folder cannot be reached now (unplugged, unmounted, deleted). */
  away: boolean,
  /** Files in the library from this folder. */
  n_files: number,
  /** Folders in it that look generated, are left out, and are asked about; the largest first. */
  held_back: Array<HeldFolder>,
  /** How changes in it are noticed, in words; absent as long as nothing followed it. */
  followed: string | null,
  /** When all of it was looked at last, in milliseconds since 1970. */
  looked_at_ms: number | null,
  /** An administrator has set it: it cannot be removed. */
  is_given: boolean,
};

export type FoundPassage = {
  /** The passage. */
  passage_id: number,
  /** Page, slide, sheet or chapter, from 1. */
  page: number | null,
  /** What the document itself calls the place. */
  label: string | null,
  /** Line where it begins, from 1. */
  line: number | null,
  /** How sure the model is, in percent, that recognised it in a picture. */
  confidence: number | null,
  /** Its text. */
  passage: string,
  /** Character ranges of `passage` that match the query's words. */
  highlights: Array<[number, number]>,
};

export type HeldFolder = {
  /** Full path. */
  path: string,
  /** Its name. */
  name: string,
  /** What it looks like, in words: "a cache". */
  looks: string,
  /** Files in it. */
  n_files: number,
};

export type Hint = {
  /** What is the matter. */
  message: string,
  /** What to write instead. */
  advice: string | null,
  /** Where it stands in the query, in characters. */
  span: [number, number],
};

export type Hold = {
  /** What for. */
  reason: HoldReason,
  /** Milliseconds since 1970 of its end, where that is known. */
  until_ms: number | null,
};

export type HoldReason = "paused" | "battery" | "load" | "typing";

export type InnerFile = {
  /** The file. */
  file_id: number,
  /** Its name there. */
  name: string,
};

export type IpcError = {
  /** What kind of failure. */
  code: ErrorCode,
  /** What happened. */
  message: string,
  /** What to do about it. */
  hint: string | null,
};

export type LibraryStatus = {
  /** The chosen folders. */
  folders: Array<Folder>,
  /** Number of files by state. */
  files: FileCounts,
  /** Passages that can be found. */
  n_passages: number,
  /** Passages that can be found by meaning. */
  n_embedded: number,
  /** What is missing, and how to get it. */
  notices: Array<Notice>,
  /** What was forgotten at the user's wish and is left out since; full paths. */
  left_out: Array<string>,
  /** What it takes up on the disk, part by part. */
  storage: Array<StoragePart>,
  /** Where all of it lies. */
  place: string,
  /** Only what lies in one of these folders may be added, as an administrator says; absent where all may. */
  only_below: Array<string> | null,
};

export type ListedFile = {
  /** Pages follow one another by it. */
  file_id: number,
  /** Full path, for reading. */
  path: string,
  /** Bytes. */
  n_bytes: number,
  /** Why it is in its state, in a sentence. */
  reason: string,
};

export type Machine = {
  /** Every installed reranker, and what came of trying it. */
  trials: Array<Trial>,
  /** What searches use, the first stage first. */
  uses: Array<Running>,
  /** Why they use none, or what is wrong besides. */
  problems: Array<string>,
};

export type Model = {
  /** Its name. */
  id: string,
  /** `embedding`, `reranker`, `text_reader` or `generator`. */
  kind: string,
  /** SPDX name of its licence. */
  licence: string,
  /** The licence forbids commercial use, and has to be accepted. */
  needs_acceptance: boolean,
  /** What it is good for, in a sentence. */
  good_for: string,
  /** What it takes on the disk; absent where nobody knows before it is there. */
  n_bytes: number | null,
  /** All of its files are there. */
  is_installed: boolean,
  /** It comes with the program: it cannot be fetched, nor removed. */
  ships: boolean,
  /** What of it was fetched before that was broken off. */
  n_partial_bytes: number,
};

export type Models = {
  /** All of the catalogue. */
  models: Array<Model>,
  /** The setting: a model's id, `auto` or `none`. */
  reranker: string,
  /** The setting for search by meaning: a model's id, or `auto`. */
  embedding: string,
  /** The setting for answers: a model's id, `auto`, `server` or `none`. */
  generator: string,
  /** The server that `server` means: its address, and the model's name there. */
  chat_server: string,
  /** An order is shown after so long. */
  rerank_budget_ms: number,
  /** The folder that installed models lie in. */
  place: string,
  /** Where an administrator has them fetched from; absent where he says nothing. */
  from: string | null,
};

export type NewerVersion = {
  /** As of packages. */
  version: string,
  /** What is new, in words of those who made it. */
  notes: string,
};

export type Notice = {
  /** What happened. */
  message: string,
  /** What to do about it. */
  hint: string | null,
};

export type Part = {
  /** Its characters. */
  span: [number, number],
  /** Heading level, from 1, if it is a heading. */
  heading: number | null,
  /** What the document itself calls the place: a range of cells, a chapter, a part of a mail. */
  label: string | null,
  /** Line where it begins, from 1, for documents that have lines. */
  line: number | null,
};

export type Phase = "idle" | "walking" | "reading" | "embedding" | "recognising";

export type Preview = {
  /** Full path, for reading. */
  path: string,
  /** File name. */
  name: string,
  /** The document's own title, where it has one. */
  title: string | null,
  /** Page shown, from 1, for documents that have pages. */
  page: number | null,
  /** What the document's pages are. */
  unit: Unit,
  /** Number of pages, for documents that have pages. */
  n_pages: number | null,
  /** Line where `text` begins, from 1, for documents that have lines. */
  line: number | null,
  /** The text: the whole page, or what stands around the passage. */
  text: string,
  /** Character range of the passage in `text`. */
  passage: [number, number] | null,
  /** Character ranges of `text` that match the query's words. */
  highlights: Array<[number, number]>,
  /** What `text` is made of, in its order. */
  parts: Array<Part>,
  /** How its characters are set, as far as that is known; what is around comes before what is in it. */
  styles: Array<Styled>,
  /** Files inside this one. */
  inside: Array<InnerFile>,
  /** There is more text before `text`. */
  more_before: boolean,
  /** There is more text after `text`. */
  more_after: boolean,
};

export type Progress = {
  /** What is being done. */
  phase: Phase,
  /** Files done in this run. */
  n_done: number,
  /** Files to do in this run. */
  n_total: number,
  /** Passages still without an embedding. */
  n_to_embed: number,
  /** Pages of pictures whose text is still to be recognised. */
  n_to_recognise: number,
  /** Files per second lately. */
  files_per_second: number,
  /** Seconds left, where it can be told. */
  seconds_left: number | null,
  /** Name of the file being read now. */
  current: string | null,
  /** Why it waits, though there may be something to do. */
  hold: Hold | null,
};

export type Question = {
  /** As typed. */
  text: string,
  /** What was asked and answered before, the oldest first. */
  earlier: Array<Exchange>,
  /** The files' own sentences are wanted, even where a model is installed that writes. */
  extractive: boolean,
};

export type Reasons = {
  /** By words. */
  words: StagePlace | null,
  /** By meaning; the score is the similarity. */
  meaning: StagePlace | null,
  /** Both together. */
  fused: StagePlace | null,
  /** By the reranker, from 0 to 1. */
  reranker: StagePlace | null,
  /** The file has the very name that was asked for, so the reranker may only raise it. */
  is_exact_name: boolean,
  /** Words of the passage that match the query's, with how often they occur. */
  matched: Array<[string, number]>,
};

export type RuleEffect = {
  /** Known files of the folder. */
  n_known: number,
  /** Of these, those that it would leave out. */
  n_left_out: number,
  /** Full paths of the first of them. */
  named: Array<string>,
};

export type Running = {
  /** The model. */
  id: string,
  /** The device's name. */
  device: string,
};

export type SavedSearch = {
  /** The name; often the query itself. */
  name: string,
  /** What is searched for. */
  query: string,
};

export type SearchRequest = {
  /** The words in the box. */
  query: string,
  /** How many results at most. */
  limit: number,
  /** The query is still being typed: the last word also matches as a prefix. */
  typing: boolean,
  /** Ids of passages that the user wants more of. */
  like: Array<number>,
  /** Ids of passages that the user wants less of. */
  unlike: Array<number>,
  /** Words are not looked up. */
  by_meaning_only: boolean,
};

export type SearchResult = {
  /** Stays the same while the file stays in the library. */
  file_id: number,
  /** The best passage; absent when only the name matched. */
  passage_id: number | null,
  /** Full path, for reading. */
  path: string,
  /** File name. */
  name: string,
  /** The folder that holds it, for reading. */
  folder: string,
  /** Lower-case extension without the dot; empty if none. */
  kind: string,
  /** The document's own title, where it has one. */
  title: string | null,
  /** Milliseconds since 1970 of the last change. */
  modified_ms: number,
  /** Page, slide, sheet or chapter of the passage, from 1. */
  page: number | null,
  /** What the document's pages are. */
  unit: Unit,
  /** What the document itself calls the place: a page's label, a range of cells, a chapter. */
  label: string | null,
  /** Line where the passage begins, from 1. */
  line: number | null,
  /** How sure the model is, in percent, that recognised the passage in a picture. */
  confidence: number | null,
  /** The passage's text. */
  passage: string,
  /** Character ranges of `passage` that match the query's words. */
  highlights: Array<[number, number]>,
  /** Character range of the sentence in `passage` that is nearest to the query in meaning. */
  sentence: [number, number] | null,
  /** Ordering score of the stage; larger is better. */
  score: number,
  /** How each stage saw it. */
  reasons: Reasons,
  /** How well the passage answers the query; absent where the reranker has not judged it. */
  strength: Strength | null,
  /** How many passages its document has. */
  n_passages: number,
  /** Other files with exactly the same content. */
  n_copies: number,
  /** Paths of older versions of it that were found as well, the newest first. */
  older: Array<string>,
  /** Its folder cannot be reached now. */
  away: boolean,
};

export type SearchUpdate = {
  /** The stage these results come from. */
  stage: Stage,
  /** The best results so far, best first. */
  results: Array<SearchResult>,
  /** What the user should know about this search. */
  notices: Array<Notice>,
  /** What was understood of the query, other than plain words. */
  chips: Array<Chip>,
  /** What of the query could not be obeyed. */
  hints: Array<Hint>,
  /** Milliseconds since the search began. */
  elapsed_ms: number,
  /** How many passages the reranker has judged. */
  n_reranked: number,
  /** Milliseconds that reranking took so far; absent before it. */
  rerank_ms: number | null,
  /** Milliseconds that each stage took so far. */
  times: StageTimes,
  /** It comes so late that rows which were seen should stay where they are. */
  is_late: boolean,
  /** No further update follows. */
  last: boolean,
};

export type Setting = boolean | number | string;

export type Settings = {
  /** Passages are found by meaning, too. */
  meaning: boolean,
  /** Text in pictures is recognised. */
  read_pictures: boolean,
  /** Background work waits on the battery. */
  pause_on_battery: boolean,
  /** It waits while others use more percent of the processor; 0 never. */
  pause_above_load_percent: number,
  /** It waits for so many seconds after a key in the search box. */
  pause_after_typing_seconds: number,
  /** Larger files are not opened. */
  max_file_mib: number,
  /** Folders that look generated and hold more files are asked about; 0 reads all. */
  ask_above_files: number,
  /** Searches that led somewhere are remembered. */
  keep_history: boolean,
  /** No connection is made. */
  never_connect: boolean,
  /** There is an icon in the tray. */
  tray: boolean,
  /** Closing the window leaves the program running in the tray. */
  close_to_tray: boolean,
  /** An icon is wanted, and this desktop shows none: closing the window ends the program. */
  lacks_tray: boolean,
  /** The program starts with the desktop. */
  start_at_login: boolean,
  /** A notification tells the end of the first large reading. */
  notify_when_read: boolean,
  /** The key for the launcher; empty for none. */
  shortcut: string,
  /** Programs may take keys for themselves here; not so under Wayland. */
  takes_keys: boolean,
  /** What to bind to a key in the desktop's settings instead. */
  toggle_command: string,
  /** The file that holds them. */
  file: string,
  /** Keys that an administrator has set, of this page or not. */
  locked: Array<string>,
  /** The file in which he did, where there is one. */
  policy: string | null,
};

export type Stage = "words" | "hybrid" | "reranked";

export type StagePlace = {
  /** From 1. */
  place: number,
  /** Larger is better; comparable within one search and stage only. */
  score: number,
};

export type StageTimes = {
  /** Looking up words. */
  words_ms: number | null,
  /** Embedding the query. */
  embed_ms: number | null,
  /** Comparing it with the passages' embeddings. */
  vectors_ms: number | null,
  /** Reranking so far. */
  rerank_ms: number | null,
  /** Loading and lighting what is shown. */
  show_ms: number,
  /** Finding the sentences that carried the meaning. */
  sentences_ms: number | null,
  /** Everything. */
  total_ms: number,
};

export type Standing = "quoted" | "supported" | "not_found";

export type StoragePart = {
  /** Which: `database`, `words` or `models`. */
  name: string,
  /** Bytes. */
  n_bytes: number,
};

export type Strength = "strong" | "possible" | "weak";

export type Style = { "is": "item",
  /** Lists around it, its own included. */
  depth: number,
  /** What stands before it; absent where the item goes on. */
  sign: string | null, } | { "is": "quote",
  /** Quotes around it, its own included. */
  depth: number, } | { "is": "code_block" } | { "is": "emphasis" } | { "is": "strong" } | { "is": "struck" } | { "is": "code" } | { "is": "link" } | { "is": "cell",
  /** Its row, as the program counts that made it. */
  row: number,
  /** Its column, from 0. */
  column: number,
  /** It names the column. */
  is_name: boolean,
};

export type Styled = {
  /** The characters. */
  span: [number, number],
  /** How. */
  style: Style,
};

export type SuggestedFolder = {
  /** Full path. */
  path: string,
  /** Ticked before anything was said. */
  is_ticked: boolean,
};

export type Trial = {
  /** The model, and what it was tried on. */
  running: Running,
  /** How fast it is; absent where it does not run. */
  tokens_per_second: number | null,
  /** Seconds for one passage of usual length. */
  seconds_per_passage: number | null,
  /** Why it does not run. */
  problem: string | null,
};

export type Unit = "page" | "slide" | "sheet" | "chapter";

export type Why = {
  /** The path that was asked about. */
  path: string,
  /** One of the states of a file, or `unknown`. */
  state: string,
  /** The reason, in a sentence. */
  reason: string,
};
