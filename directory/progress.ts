/** How far long work has come: a line that moves on a terminal, a line now and then elsewhere. */
export class Progress {
  readonly #what: string;
  readonly #unit: string;
  readonly #began = Date.now();
  #shown = 0;
  #done = 0;

  constructor(what: string, unit: string) {
    this.#what = what;
    this.#unit = unit;
  }

  show(done: number): void {
    this.#done = done;
    const now = Date.now();
    if (now - this.#shown < (process.stderr.isTTY ? 100 : 10_000)) return;
    this.#shown = now;
    this.#write(process.stderr.isTTY ? '\r' : '', process.stderr.isTTY ? '' : '\n');
  }

  /** Clears or closes the line. */
  end(): void {
    if (process.stderr.isTTY && this.#shown > 0) this.#write('\r', '\n');
  }

  #write(before: string, after: string): void {
    const seconds = (Date.now() - this.#began) / 1000;
    const rate = seconds > 0 ? Math.round(this.#done / seconds) : 0;
    process.stderr.write(`${before}${this.#what}: ${this.#done} ${this.#unit}, ${seconds.toFixed(0)} s, ${rate}/s${after}`);
  }
}
