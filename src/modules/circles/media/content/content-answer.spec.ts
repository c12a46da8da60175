import { describe, expect, it } from 'vitest';
import { contentOf } from './content-answer.js';

const dispositionOf = (filename: string): string =>
  contentOf({ id: 1, contentType: 'text/html', filename, isDownload: false, size: 1 } as never).disposition;

describe('the name of a download', () => {
  it('loses its accents for old clients', () => {
    expect(dispositionOf('é.txt')).toBe("attachment; filename=e.txt; filename*=UTF-8''%C3%A9.txt");
  });

  it('leads nowhere else for them, however its characters are written', () => {
    expect(dispositionOf('．．／．．／＂ａ＂＼ｂ')).toMatch(/^attachment; filename=b; /);
    expect(dispositionOf('．．')).toMatch(/^attachment; filename=file; /);
  });
});
