// An address that leads nowhere: what it was, and what is near.
import { Card } from "../parts/panel";

export const Nowhere = ({ path, env }: { path: string; env?: string | undefined }) => (
  <Card title="There is nothing at this address" id="h1" level={1}>
    <div class="body">
      <p>
        <code class="break">{path}</code>
      </p>
      <p>
        <a href={env === undefined ? "" : `e/${encodeURIComponent(env)}/`}>To the fleet{env === undefined ? "s" : ` of ${env}`}</a>
      </p>
    </div>
  </Card>
);
