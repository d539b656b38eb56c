import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extractPassword } from './password.ts';

const found = (results: string) => extractPassword(results)?.reveal() ?? null;

const escapeHtml = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
const escapeLiteral = (text: string) => text.replace(/["'\\]/g, '\\$&');

/** Visible ASCII: what generators and people use. */
const visible = fc.stringMatching(/^[!-~]{6,40}$/);
/** What stands in plain text as it is: quotes around it and references would be taken off. */
const plain = visible.filter((it) => !/^["'].*["']$|[&<]|^[*.xX]+$/.test(it));

describe('extractPassword', () => {
  it.each([
    ['Password: aB3#x-y_z', 'aB3#x-y_z'],
    ['New password: secret1', 'secret1'],
    ['Root password: secret1', 'secret1'],
    ['Server was prepared.\nRoot password: secret1\n', 'secret1'],
    ['Your new root password is: secret1', 'secret1'],
    ['password = secret1', 'secret1'],
    ['Done. New password: <b>secret1</b><br>Please change it.', 'secret1'],
    ['<p>New password: <code>a&amp;b&lt;c</code></p>', 'a&b<c'],
    ['Login: root Password: secret1', 'secret1'],
    ['Hostname: vps1 password for root: secret1', 'secret1'],
    ['Password: "secret1"', 'secret1'],
    ['VNC password: other1\nRoot password: secret1', 'secret1'],
    ['Password: user1pass\nRoot password: secret1', 'secret1'],
    [
      'Password: <a href="#" onclick="this.innerHTML = \'secret1\'; return false;">Show</a>',
      'secret1',
    ],
    ["Password: <a href='#' onclick='this.innerHTML=\"secret1\"'>Show</a>", 'secret1'],
    ['Password: <a onclick="this.innerHTML = "secret1"">Click to reveal</a>', 'secret1'],
    ['Password: <a onclick="this.innerHTML = &quot;s&#35;1&quot;">Show</a>', 's#1'],
    ['Password: <a onclick="this.innerHTML = &#x27;secret1&#x27;">Show</a>', 'secret1'],
    ['Password: <a onclick="this.innerHTML = \'a\\u0026b\\x21\'">Show</a>', 'a&b!'],
    ['Password: <a onclick="this.innerHTML = \'&lt;b&gt;secret1&lt;/b&gt;\'">Show</a>', 'secret1'],
    [
      'VNC password: <a onclick="this.innerHTML=\'other1\'">Show</a><br>New password: <a onclick="this.innerHTML=\'secret1\'">Show</a>',
      'secret1',
    ],
  ])('finds it in %j', (results, password) => {
    expect(found(results)).toBe(password);
  });

  it.each([
    '',
    'Server rebooted.',
    'Password was changed.',
    'Password reset failed: not enough space',
    'VNC password: other1',
    'Old password: other1',
    'Password: ********',
    'Password: <a href="#" onclick="show(this)">Click to show</a>',
    'Password:',
  ])('finds none in %j', (results) => {
    expect(found(results)).toBeNull();
  });

  it('finds any password behind each plain label', () => {
    const label = fc.constantFrom('Password', 'New password', 'Root password', 'PASSWORD');
    fc.assert(
      fc.property(label, plain, (name, password) => {
        expect(found(`Done.\n${name}: ${password}\nBye.`)).toBe(password);
      }),
    );
  });

  it('finds any password that a handler shows, whichever quotes and escapes it uses', () => {
    const quotes = fc.constantFrom(['"', "'"] as const, ["'", '"'] as const);
    fc.assert(
      fc.property(quotes, fc.boolean(), visible, ([outer, inner], entities, password) => {
        fc.pre(!/^[*.xX]+$/.test(password));
        // As a careful panel writes it: HTML, in a JavaScript string, in an attribute.
        const literal = escapeHtml(escapeLiteral(escapeHtml(password)));
        const quote = entities ? escapeHtml(inner) : inner;
        const html = `New password: <a href="#" onclick=${outer}this.innerHTML = ${quote}${literal}${quote}; return false;${outer}>Click</a>`;
        expect(found(html)).toBe(password);
      }),
    );
  });

  it('shows the password nowhere by itself', () => {
    const secret = extractPassword('Password: secret1');
    expect(`${secret} ${JSON.stringify({ secret })}`).not.toContain('secret1');
  });

  it('is quick on hostile text', () => {
    const hostile = `${'password: '.repeat(2000)}${'<a onclick="this.innerHTML = &quot;'.repeat(500)}`;
    expect(found(hostile)).toBe('password:');
  });
});
