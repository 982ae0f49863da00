// The rows of a list: values change in place; order and members only when a person asks.
import { batch, signal, type Signal } from "@preact/signals";
import type { Row, Rows } from "../api";

export interface Shown { row: Signal<Row>; gone: Signal<boolean>; changed: Signal<number> }
export interface Rest { come: number; left: number; page: Rows }

const PART = 25;

/** A page as it is shown, and what the daemon has of it now. */
export class List {
  readonly keys = signal<string[]>([]);
  readonly rest = signal<Rest | undefined>(undefined);
  /** The page that the rows are of; its counts and facets are always the latest. */
  readonly page = signal<Rows | undefined>(undefined);
  private order: string[] = [];
  private timer = 0;
  private readonly rows = new Map<string, Shown>();

  of(key: string): Shown {
    return this.rows.get(key)!;
  }

  /** Shows a page as it is: the first rows at once, the others a part at a time, so that no task is long. */
  show(page: Rows): void {
    clearTimeout(this.timer);
    batch(() => {
      this.rows.clear();
      for (const row of page.resources) this.rows.set(row.address, { row: signal(row), gone: signal(false), changed: signal(0) });
      this.order = page.resources.map((row) => row.address);
      this.keys.value = this.order.slice(0, PART);
      this.page.value = page;
      this.rest.value = undefined;
    });
    this.more();
  }

  private more(): void {
    if (this.keys.peek().length >= this.order.length) return;
    this.timer = window.setTimeout(() => {
      this.keys.value = this.order.slice(0, this.keys.peek().length + PART);
      this.more();
    });
  }

  /** Takes a newer answer for the same page. */
  update(page: Rows): void {
    batch(() => {
      const now = new Map(page.resources.map((row) => [row.address, row]));
      let left = 0;
      for (const [key, shown] of this.rows) {
        const row = now.get(key);
        shown.gone.value = row === undefined;
        if (row === undefined) left++;
        else if (JSON.stringify(row) !== JSON.stringify(shown.row.peek())) {
          shown.row.value = row;
          shown.changed.value++;
        }
      }
      const come = page.resources.filter((row) => !this.rows.has(row.address)).length;
      const moved = page.resources.some((row, index) => row.address !== this.order[index]);
      this.rest.value = come + left > 0 || moved ? { come, left, page } : undefined;
      this.page.value = page;
    });
  }

  /** Takes in what is new. */
  take(): void {
    const rest = this.rest.peek();
    if (rest) this.show(rest.page);
  }
}
