import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ask } from '../support/api.ts';
import { person } from '../support/directory.ts';
import { goodPassword, startTestSite, type TestSite } from '../support/site.ts';

/** What goes for every address: which answer is wanted, which methods there are, what is no request at all. */
const test = suite('requests');
let site: TestSite;

test.before(async () => {
  site = await startTestSite(person('cleo', 'member', `userPassword: ${goodPassword}`));
});
test.after(() => site.stop());

const wishes: readonly (readonly [accept: string, status: number])[] = [
  ['text/html, application/json', 303],
  ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 303],
  ['*/*', 303],
  ['application/json, text/html', 401],
  ['application/json', 401],
  ['application/problem+json', 401],
];
for (const [accept, status] of wishes) {
  test(`who is not signed in and accepts ${accept} ${status === 303 ? 'is led to sign in' : 'is told so in JSON'}`, async () => {
    const { status: was, type } = await ask(site, undefined, '/me', undefined, { accept });
    assert.equal([was, /problem\+json/.test(type)], [status, status === 401]);
  });
}

test.run();
