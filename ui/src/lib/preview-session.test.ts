import { describe, expect, it } from 'vitest';
import type { InnerFile } from '../host/bindings';
import { FakeHost } from '../host/fake';
import { result } from '../testing/window';
import { PreviewSession } from './preview-session.svelte';

const inner = { file_id: 2, name: 'receipt.txt' } as InnerFile;

describe('a preview whose file was read again', () => {
  it('shows the passage that the file has now', async () => {
    const preview = new PreviewSession(new FakeHost());
    await preview.show(result(1), 'tenant');
    preview.follow(result(1, { passage_id: 7, passage: 'another one' }), 'tenant');
    await Promise.resolve();
    await new Promise((resolve) => setTimeout(resolve));
    expect(preview.passageText).toBe('another one');
  });

  it('stays at a file inside it, from which there is a way back', async () => {
    const preview = new PreviewSession(new FakeHost());
    await preview.show(result(1), 'tenant');
    await preview.showInner(inner);
    preview.follow(result(1, { passage_id: 7 }), 'tenant');
    expect(preview.fileId).toBe(2);
    expect(preview.outer).not.toBeNull();
  });

  it('goes back to it though rows of the file inside are renewed', async () => {
    const preview = new PreviewSession(new FakeHost());
    await preview.show(result(1), 'tenant');
    await preview.showInner(inner);
    const back = preview.outer?.back();
    preview.follow(result(2, { passage_id: 9 }), 'tenant');
    await back;
    expect(preview.fileId).toBe(1);
  });
});
