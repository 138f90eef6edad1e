/** One fact of a list of facts: a name and what it is. */
import type { Child } from 'hono/jsx';

export const Fact = ({ name, children }: { name: string; children: Child }) => (
  <div>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </div>
);
