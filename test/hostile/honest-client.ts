// A member who goes on working while others attack, in a process of its own: its searches must be answered.
// Prints a line each second: how many searches were answered, and the longest wait in milliseconds.
import { RawClient, request } from '../support/raw-client.ts';

const [port, dn = '', password = '', base = ''] = process.argv.slice(2);
const client = await RawClient.connect(Number(port));
const { code } = await client.ask(request.bind(dn, password));
if (code !== 0) throw new Error(`bind: ${code}`);
let answered = 0;
let longest = 0;
setInterval(() => {
  process.stdout.write(`${JSON.stringify({ answered, longest: Math.round(longest) })}\n`);
  answered = 0;
  longest = 0;
}, 250);
for (;;) {
  const from = performance.now();
  const answer = await client.ask(request.search(base, { scope: 0 }));
  if (answer.code !== 0) throw new Error(`search: ${answer.code}`);
  answered++;
  longest = Math.max(longest, performance.now() - from);
  await new Promise((resolve) => setTimeout(resolve, 10));
}
