import { describe, expect, it } from 'vitest';
import { FakeHost } from '../host/fake';
import { AnswerSession, isQuestion, questionIn } from './answer-session.svelte';

const settled = () => new Promise((resolve) => setTimeout(resolve, 250));

describe('an answer', () => {
  it('comes sentence by sentence, each with what it rests on', async () => {
    const session = new AnswerSession(new FakeHost());
    session.ask('? What does the rental agreement say of the notice period');
    expect(session.busy).toBe(true);
    await settled();
    expect(session.busy).toBe(false);
    expect(session.answer?.last).toBe(true);
    expect(session.answer?.sentences[0]?.standing).toBe('quoted');
    expect(session.asText).toMatch(/end of a month\. \[1\] .*\n\[1\] rental-agreement-2023\.pdf, page 4/s);
    expect(session.asMarkdown).toMatch(/^## What does the rental agreement/);
    expect(session.asMarkdown).toContain('[^1-1]: ');
  });

  it('keeps what was answered before, and a newer question ends an older one', async () => {
    const session = new AnswerSession(new FakeHost());
    session.ask('notice period');
    await settled();
    session.ask('rental agreement');
    session.ask('deposit');
    await settled();
    expect(session.earlier.map((one) => one.question)).toEqual(['notice period']);
    expect(session.question).toBe('deposit');
    session.close();
    expect(session.question).toBeNull();
  });

  it('stops where it is', async () => {
    const session = new AnswerSession(new FakeHost({ writer: 'a-model' }));
    session.ask('notice period');
    await new Promise((resolve) => setTimeout(resolve, 60));
    session.stop();
    const shown = session.answer?.sentences.length;
    await settled();
    expect(session.answer?.sentences.length).toBe(shown);
    expect(session.busy).toBe(false);
  });
});

it('is asked for by a leading question mark of either width', () => {
  expect(['? rent', '？租金', ' ?rent'].map(isQuestion)).toEqual([true, true, true]);
  expect(['rent?', '?', ''].map(isQuestion)).toEqual([false, false, false]);
  expect(questionIn(' ？ 租金 ')).toBe('租金');
});
