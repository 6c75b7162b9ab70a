import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { openWiki, WikiAway } from '../../sync/wiki/database.ts';
import { optionsOf } from '../../sync/wiki/mariadb.ts';

const there: readonly (readonly [url: string, where: string, encrypted: boolean])[] = [
  ['mysql://wiki:p%2Fw@localhost/wiki', 'localhost:3306', false],
  ['mysql://wiki:p%2Fw@127.0.0.1:3307/wiki?prefix=mw_', '127.0.0.1:3307', false],
  ['mysql://wiki:p%2Fw@[::1]/wiki', '::1:3306', false],
  ['mysql://wiki:p%2Fw@localhost/wiki?tls=yes', 'localhost:3306', true],
  ['mysql://wiki:p%2Fw@db.example.org/wiki', 'db.example.org:3306', true],
  ['mysql://wiki:p%2Fw@[2001:db8::1]/wiki?tls=no', '2001:db8::1:3306', false],
  ['mysql://wiki:p%2Fw@127.0.0.1.example.org/wiki', '127.0.0.1.example.org:3306', true],
  ['mysql://wiki:p%2Fw@db.example.org/wiki?tls=no', 'db.example.org:3306', false],
  ['mysql://wiki:p%2Fw@localhost/wiki?socket=/run/mysqld/mysqld.sock', '/run/mysqld/mysqld.sock', false],
];

for (const [url, where, encrypted] of there) {
  test(`${url} is ${where}, ${encrypted ? 'by TLS' : 'without TLS'}`, () => {
    const { socketPath, host, port, user, password, database, ssl } = optionsOf(new URL(url));
    assert.is(socketPath ?? `${host}:${port}`, where);
    assert.equal([user, password, database], ['wiki', 'p/w', 'wiki']);
    assert.is(ssl !== undefined, encrypted);
  });
}

const refused: readonly (readonly [url: string, says: RegExp])[] = [
  ['mysql://wiki:secret@[2001:db8::1]/wiki', /2001:db8::1 is an address; TLS needs the name/],
  ['mysql://wiki:secret@127.0.0.1/wiki?tls=yes', /127\.0\.0\.1 is an address; TLS needs the name/],
  ['mysql://wiki:secret@db.example.org/wiki?ca=/none/ca.pem', /ca: \/none\/ca\.pem can't be read/],
  ['mysql://wiki:secret@localhost/wiki?prefix=mw-', /prefix has other characters/],
  ['mysql://wiki:secret@127.0.0.1:1/wiki', /at 127\.0\.0\.1:1: nobody listens there/],
  ['mysql://wiki:secret@localhost/wiki?socket=/none/sock', /at \/none\/sock: nobody listens there/],
  ['sqlite://wiki.sqlite', /an absolute path/],
];

for (const [url, says] of refused) {
  test(`${url} is refused in words, without the password`, async () => {
    try {
      await openWiki(url);
    } catch (error) {
      assert.instance(error, WikiAway);
      assert.match(String(error), says);
      assert.not.match(String(error), /secret/);
      return;
    }
    assert.unreachable('it was opened');
  });
}

test.run();
