// The page begins here.
import { render } from "preact";
import { App } from "./app";
import * as clock from "./net/clock";
import * as keys from "./state/keys";
import * as live from "./state/live";
import { applyTheme } from "./state/prefs";
import { load } from "./state/session";
import * as router from "./url/router";
import "./style/tokens.css";
import "./style/base.css";
import "./style/parts.css";
import "./style/views.css";

applyTheme();
clock.run();
router.listen();
keys.listen();
live.start();
void load();
render(<App />, document.getElementById("page")!);
