import { expect, test } from 'vitest';

import { makeFolder } from '../../../tooling/test/folder.ts';
import { run } from './child.ts';

// Binds a port as descriptor 4, then becomes the server. Descriptor 3 is the channel to the test.
const LAUNCHER = `
  $^F = 9;
  my $socket = IO::Socket::INET->new(Listen => 5, LocalAddr => "127.0.0.1") or die $@;
  POSIX::dup2(fileno $socket, 4);
  $| = 1;
  print "port ", $socket->sockport, "\\n";
  exec @ARGV;
`;

test('a server listens on a descriptor that another process has bound, as with systemd', async () => {
  await using cwd = await makeFolder();
  const launcher = ['perl', '-MIO::Socket::INET', '-MPOSIX', '-e', LAUNCHER];
  await using child = run('inherits.ts', { cwd: cwd.path, launcher });
  const [, port] = await child.says(/port (\d+)/);
  await child.says('ready');
  expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('over a descriptor');
  child.process.send('stop');
  expect(await child.ended).toBe(0);
});
