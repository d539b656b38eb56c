// node setup.mjs [start|demo|test|check|build|dev] [--yes]
// Makes a clone ready to run: npm packages, build, system packages, Docker engine. Quiet when
// nothing is to do. Plain JavaScript without dependencies, as it runs before anything is installed.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  console.error(
    `Zavhoz needs Node.js 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org/en/download`,
  );
  process.exit(1);
}
const { main } = await import('./setup/main.mjs');
process.exitCode = await main(process.argv.slice(2));
