/**
 * What the fake host answers: the first sentence of what it finds, and with a writer also one that no
 * file bears. Owns sentences; not a model of how the engine answers, only of its contract.
 */
import type { AnswerCitation, AnswerSentence, AnswerSource, AnswerUpdate, Question, SearchResult } from './bindings';

const N_SOURCES = 3;

export function answerOf(question: Question, found: SearchResult[], writer: string | null): AnswerUpdate[] {
  const rows = found.filter((row) => row.passage_id !== null).slice(0, N_SOURCES);
  const sources = rows.map(source);
  // Nothing is said where words alone would have to guess.
  const isKnown = rows.length > 0 && (rows[0]?.highlights.length ?? 0) > 0;
  const by = question.extractive ? null : writer;
  const nothing = { is_answered: isKnown, by, sentences: [], sources, notices: [], elapsed_ms: 12, last: !isKnown };
  if (!isKnown) return [nothing];
  const sentences = rows.slice(0, 2).map((row, at) => quoted(row, at + 1));
  if (by) sentences.push({ text: 'It was signed in 1899.', standing: 'not_found', citations: [], unfounded: [[17, 21]] });
  return [
    nothing,
    ...sentences.map((_, at) => ({
      ...nothing,
      sentences: sentences.slice(0, at + 1),
      sources: sources.slice(0, 2),
      last: at + 1 === sentences.length,
    })),
  ];
}

function quoted(row: SearchResult, number: number): AnswerSentence {
  const text = /^.*?[.!?](?=\s|$)/s.exec(row.passage)?.[0] ?? row.passage;
  const citation: AnswerCitation = {
    source: number,
    passage_id: row.passage_id ?? 0,
    quote: text,
    page: row.page,
    label: row.label,
    line: row.line,
  };
  return { text: text.split(/\s+/).join(' '), standing: number === 1 ? 'quoted' : 'supported', citations: [citation], unfounded: [] };
}

function source(row: SearchResult): AnswerSource {
  const { file_id, name, path, kind, page, unit, label, line, passage } = row;
  return { file_id, passage_id: row.passage_id ?? 0, name, path, kind, page, unit, label, line, passage };
}
