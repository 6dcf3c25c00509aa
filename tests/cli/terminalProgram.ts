/** A program in a pseudo terminal, for tests: what it draws, and keys for it. */
import { projectFolder } from '../e2e/cli.ts';
import { TerminalModel } from './terminalModel.ts';

const enter = '\x1b[?1049h';
const leave = '\x1b[?1049l';

interface TerminalProgramOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: Readonly<Record<string, string>>;
  readonly program?: string;
  readonly cwd?: string;
}

export class TerminalProgram {
  readonly model: TerminalModel;
  /** All that it has sent. */
  sent = '';
  readonly process: Bun.Subprocess;
  #drawn = 0;
  readonly #terminal: Bun.Terminal;

  /** Starts `bun <words>`, or another program in another folder, in a terminal of this size. The user's own games folder is out of sight. */
  constructor(
    words: readonly string[],
    { columns = 80, rows = 24, env = {}, program = process.execPath, cwd = projectFolder }: TerminalProgramOptions = {},
  ) {
    this.model = new TerminalModel(columns, rows);
    const decoder = new TextDecoder();
    this.#terminal = new Bun.Terminal({
      cols: columns,
      rows,
      data: (_, bytes) => {
        const text = decoder.decode(bytes, { stream: true });
        this.sent += text;
        this.#draw();
      },
    });
    const { COLORTERM: _, NO_COLOR: __, ...inherited } = process.env;
    this.process = Bun.spawn([program, ...words], {
      cwd,
      env: { ...inherited, TERM: 'xterm-256color', ATARI_ROMS: '', XDG_DATA_HOME: '/nonexistent', ...env },
      terminal: this.#terminal,
    });
  }

  press(keys: string): void {
    this.#terminal.write(keys);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    // A terminal's own signal; Bun's does not send it.
    this.process.kill('SIGWINCH');
  }

  /** What is sent to the alternate screen; lines before and after it scroll. */
  #draw(): void {
    const begin = this.sent.indexOf(enter);
    if (begin < 0) return;
    const end = this.sent.indexOf(leave, begin);
    const drawn = this.sent.slice(begin, end < 0 ? undefined : end + leave.length);
    this.model.write(drawn.slice(this.#drawn));
    this.#drawn = drawn.length;
  }

  /** Resolves when the condition holds. Throws after half a minute, with what was sent last. */
  async until(condition: () => boolean): Promise<void> {
    const beganMs = performance.now();
    while (!condition()) {
      if (performance.now() - beganMs > 30_000)
        throw new Error(`never: ${condition}; ${JSON.stringify(this.sent.slice(-2000))}`);
      await Bun.sleep(10);
    }
  }

  /** Its exit code, when all that it has sent is there. */
  async ended(): Promise<number> {
    const code = await this.process.exited;
    await Bun.sleep(100);
    this.#terminal.close();
    return code;
  }
}
