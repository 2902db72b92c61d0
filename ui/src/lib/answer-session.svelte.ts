/**
 * The questions of one sitting and their answers: which is being answered, what has been answered before.
 * Owns the rule that a newer question ends the older one, and how an answer reads when it is copied.
 * Knows nothing of elements. A question is what begins with `?` in the search box, or is asked by a key.
 */
import type { AnswerSource, AnswerUpdate, IpcError } from '../host/bindings';
import { asIpcError, type Host, type RunningSearch } from '../host/host';
import { strings } from './strings';

/** Answers that a question which follows them is told of. */
const N_EARLIER = 3;

export type Answered = { question: string; answer: AnswerUpdate };

/** What stands in the box, as a question: without its sign. */
export const questionIn = (query: string): string => query.trim().replace(/^[?？]\s*/, '');

/** It begins with the sign of a question. */
export const isQuestion = (query: string): boolean => /^\s*[?？]\s*\S/.test(query);

export class AnswerSession {
  /** What is being answered, or was last; null as long as nothing has been asked. */
  question = $state<string | null>(null);
  answer = $state.raw<AnswerUpdate | null>(null);
  /** What was answered before it, the oldest first. */
  earlier = $state.raw<Answered[]>([]);
  error = $state.raw<IpcError | null>(null);
  busy = $state(false);

  #host: Host;
  #running: RunningSearch | null = null;
  #newest = 0;

  constructor(host: Host) {
    this.#host = host;
  }

  /** Asks; the answer before becomes an earlier one. */
  ask(question: string): void {
    const text = questionIn(question);
    if (text === '') return;
    if (this.question !== null && this.answer?.last && this.question !== text) {
      this.earlier = [...this.earlier, { question: this.question, answer: this.answer }];
    }
    this.#running?.cancel();
    this.#newest += 1;
    const mine = this.#newest;
    this.question = text;
    this.answer = null;
    this.error = null;
    this.busy = true;
    const earlier = this.earlier
      .slice(-N_EARLIER)
      .map((one) => ({ question: one.question, answer: textOf(one.answer) }));
    this.#running = this.#host.ask({ text, earlier, extractive: false }, (update) => {
      if (mine === this.#newest) this.answer = update;
    });
    this.#running.done
      .catch((thrown: unknown) => {
        if (mine === this.#newest) this.error = asIpcError(thrown);
      })
      .finally(() => {
        if (mine === this.#newest) this.busy = false;
      });
  }

  /** Breaks the answer off; what has come stays. */
  stop(): void {
    this.#newest += 1;
    this.#running?.cancel();
    this.busy = false;
    if (this.answer) this.answer = { ...this.answer, last: true };
  }

  /** Forgets the conversation. */
  close(): void {
    this.stop();
    this.question = null;
    this.answer = null;
    this.error = null;
    this.earlier = [];
  }

  /** The answer with its references, as plain text. */
  get asText(): string {
    if (!this.answer) return '';
    const references = this.answer.sources.map((source, at) => `[${at + 1}] ${reference(source)}`);
    return [textOf(this.answer), '', ...references].join('\n');
  }

  /** The whole conversation in Markdown, each reference a footnote. */
  get asMarkdown(): string {
    const all = [...this.earlier];
    if (this.question !== null && this.answer) all.push({ question: this.question, answer: this.answer });
    return all.map(({ question, answer }, at) => markdown(question, answer, at + 1)).join('\n\n');
  }
}

/** The sentences with their marks. */
function textOf(answer: AnswerUpdate): string {
  const sentences = answer.sentences.map((sentence) => {
    const marks = [...new Set(sentence.citations.map((one) => `[${one.source}]`))].join('');
    return marks === '' ? sentence.text : `${sentence.text} ${marks}`;
  });
  return sentences.length > 0 ? sentences.join(' ') : strings.notInFiles;
}

function markdown(question: string, answer: AnswerUpdate, n: number): string {
  const escaped = (text: string) => text.replace(/([\\`*_{}[\]<>#|])/g, '\\$1');
  const sentences = answer.sentences.map((sentence) => {
    const marks = [...new Set(sentence.citations.map((one) => `[^${n}-${one.source}]`))].join('');
    return escaped(sentence.text) + marks;
  });
  const body = sentences.length > 0 ? sentences.join(' ') : strings.notInFiles;
  const notes = answer.sources.map((source, at) => `[^${n}-${at + 1}]: ${escaped(reference(source))}`);
  return [`## ${escaped(question)}`, '', body, '', ...notes].join('\n');
}

/** A file and a place in it. */
export function reference(source: AnswerSource): string {
  const place = strings.place(source);
  return place ? `${source.name}, ${place}` : source.name;
}
