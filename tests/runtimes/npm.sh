# packages: npm nodejs gzip tar
# npm without a network: a package of one's own, tested, packed, installed from the file, its scripts and hooks; workspaces.
cd /tmp; export npm_config_offline=true npm_config_audit=false npm_config_fund=false npm_config_update_notifier=false npm_config_loglevel=error npm_config_cache=/tmp/cache
mkdir lib && cd lib
cat >package.json <<'J'
{"name": "sum-of", "version": "1.2.3", "main": "index.js", "bin": {"sum-of": "cli.js"}, "license": "MIT", "scripts": {"test": "node -e \"require('assert').equal(require('.')(1,2,3), 6); console.log('tested')\"", "pretest": "node -p process.env.npm_lifecycle_event"}}
J
echo 'module.exports = (...n) => n.reduce((a, b) => a + b, 0);' >index.js; printf '#!/usr/bin/env node\nconsole.log(require(".")(...process.argv.slice(2).map(Number)));\n' >cli.js; chmod 755 cli.js
npm test; npm pack --silent; tar tzf sum-of-1.2.3.tgz | sort; cd ..
mkdir app && cd app && echo '{"name": "app", "version": "1.0.0", "scripts": {"start": "sum-of 4 5 6; exit 3"}}' >package.json
npm install ../lib/sum-of-1.2.3.tgz | sed 's/ in .*//'; npm run -s start; echo "status $?"; npx --no-install sum-of 10 20
node -p 'const l = require("./package-lock.json").packages; Object.keys(l).join(" ") + " " + l["node_modules/sum-of"].version'; npm install not-there-at-all 2>&1 | grep -c ENOTCACHED; cd ..
mkdir -p ws/packages/a ws/packages/b && cd ws && echo '{"name": "ws", "workspaces": ["packages/*"]}' >package.json && echo '{"name": "a", "version": "1.0.0"}' >packages/a/package.json && echo '{"name": "b", "version": "1.0.0", "dependencies": {"a": "*"}}' >packages/b/package.json
npm install | sed 's/ in .*//'; npm exec -ws -c 'pwd'; ls -l node_modules | sed -n 's/.* -> //p'; npm query .workspace | node -p 'JSON.parse(fs.readFileSync(0)).map(p => p.name + p.version).join()'
