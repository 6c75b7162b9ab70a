import { spawn } from 'node:child_process';
import { isAbsolute } from 'node:path';
import { type Row, type Statement, WikiAway, type WikiDatabase } from './database.ts';

/**
 * A SQLite file is shared by locks of the operating system, which only SQLite's own C library takes; PHP has it wherever a wiki uses such
 * a file. This program reads {write, statements} as JSON and answers with the rows of each.
 */
const program = `
$path = $argv[1];
$asked = json_decode(stream_get_contents(STDIN), true, 16, JSON_THROW_ON_ERROR);
try {
	$db = new PDO("sqlite:$path", null, null, [
		PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION,
		PDO::ATTR_TIMEOUT => 30,
		PDO::SQLITE_ATTR_OPEN_FLAGS => PDO::SQLITE_OPEN_READWRITE,
	]);
	$db->exec($asked["write"] ? "BEGIN IMMEDIATE" : "BEGIN");
	$prepared = [];
	$answers = [];
	foreach ($asked["statements"] as ["sql" => $sql, "values" => $values]) {
		$statement = $prepared[$sql] ??= $db->prepare($sql);
		foreach ($values as $index => $value)
			$statement->bindValue($index + 1, $value, is_int($value) ? PDO::PARAM_INT : ($value === null ? PDO::PARAM_NULL : PDO::PARAM_STR));
		$statement->execute();
		$answers[] = $asked["write"] ? [] : $statement->fetchAll(PDO::FETCH_ASSOC);
		$statement->closeCursor();
	}
	$db->exec("COMMIT");
	echo json_encode(["answers" => $answers], JSON_THROW_ON_ERROR | JSON_INVALID_UTF8_SUBSTITUTE);
} catch (PDOException $error) {
	echo json_encode(["error" => $error->getMessage()], JSON_INVALID_UTF8_SUBSTITUTE);
}
`;

/** Opens a wiki's SQLite file. @param path absolute @throws WikiAway */
export function openSqlite(path: string, prefix: string): WikiDatabase {
  if (!isAbsolute(path) || path === '/')
    throw new WikiAway('MOS_WIKI_DATABASE: sqlite:// and an absolute path are expected, three slashes in all');
  return {
    prefix,
    async tables(names) {
      const sql = `SELECT name FROM sqlite_master WHERE type = 'table' AND name IN (${names.map(() => '?').join(', ')})`;
      const [rows = []] = await ask(path, false, [{ sql, values: names.map((name) => prefix + name) }]);
      return new Set(rows.map(({ name }) => String(name).slice(prefix.length)));
    },
    read: (statements) => ask(path, false, statements),
    async write(statements) {
      await ask(path, true, statements);
    },
    close: async () => undefined,
  };
}

async function ask(path: string, write: boolean, statements: readonly Statement[]): Promise<readonly (readonly Row[])[]> {
  const { out, err } = await runPhp(path, JSON.stringify({ write, statements }));
  // our own program has written it, unless PHP has failed
  let answer: { readonly answers?: Row[][]; readonly error?: string };
  try {
    answer = JSON.parse(out);
  } catch {
    throw new WikiAway(`PHP, which opens the wiki's SQLite file, has failed: ${(err || out).trim().slice(0, 500)}`);
  }
  if (answer.answers !== undefined) return answer.answers;
  throw new WikiAway(inWords(path, answer.error ?? ''));
}

function inWords(path: string, error: string): string {
  if (/could not find driver/.test(error)) return "PHP can't open SQLite files: apt install php-sqlite3";
  if (/unable to open database|attempt to write a readonly|disk I\/O/.test(error))
    return `the wiki's database ${path} can't be opened or written (${error}): the user that runs mos must be able to write the file and its folder`;
  return `the wiki's database ${path}: ${error}`;
}

function runPhp(path: string, input: string): Promise<{ readonly out: string; readonly err: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn('php', ['-d', 'display_errors=stderr', '-d', 'memory_limit=-1', '-r', program, '--', path], { stdio: 'pipe' });
    const pieces: Buffer[] = [];
    let err = '';
    child.stdout.on('data', (piece: Buffer) => void pieces.push(piece));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
    });
    // PHP that ends early is told by its end
    child.stdin.on('error', () => undefined).end(input);
    child.once('error', (error) =>
      reject(
        new WikiAway('the wiki has a SQLite file, which mos opens by PHP, and there is no php here: apt install php-cli php-sqlite3', {
          cause: error,
        }),
      ),
    );
    child.once('close', () => resolve({ out: Buffer.concat(pieces).toString(), err }));
  });
}
