// Rows of what happened, short: beside a resource or a customer.
import type { HistoryRow } from "../api";
import { Sentence, Time } from "./basic";

export const Short = ({ rows }: { rows: HistoryRow[] }) => (
  <ul class="rows">
    {rows.map((row) => (
      <li key={row.id}>
        <span>
          <Sentence of={row.text} />
        </span>
        <Time at={row.at} form="short" class="soft" />
        {row.who && (
          <p class="small soft">
            {row.who.name}
            {row.who.via !== undefined && `, ${row.who.via}`}
          </p>
        )}
      </li>
    ))}
    {rows.length === 0 && <li class="soft">Nothing is recorded.</li>}
  </ul>
);
