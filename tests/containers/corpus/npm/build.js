require("node:fs").writeFileSync("out.txt", `${require("left")} ${require("right")}\n`);
