// Who looks: the button in the header, the dialog for a token, and the sheet of settings and keys.
import { useSignal } from "@preact/signals";
import { keysOn, theme, time } from "../state/prefs";
import { frozen } from "../state/fresh";
import { session, signIn, signingIn, signOut } from "../state/session";
import { sheet, KEYS } from "../state/keys";
import { Icon } from "./basic";
import { Dialog } from "./dialog";

export const Me = () => {
  const me = session.value;
  if (!me) return null;
  return (
    <button type="button" class="env me" onClick={() => (me.role === "reader" ? (signingIn.value = true) : (sheet.value = true))}>
      <Icon name="user" />
      {me.role === "reader" ? "Sign in" : me.name} <span class="soft small">{me.role === "reader" ? "" : me.role}</span>
    </button>
  );
};

/** Over the page, which stays as it is with what was typed in it. */
export const SignIn = () => {
  const token = useSignal("");
  const wrong = useSignal<string | undefined>(undefined);
  const busy = useSignal(false);
  const close = () => (signingIn.value = false);
  const submit = async () => {
    if (busy.value || token.value === "") return;
    busy.value = true;
    wrong.value = await signIn(token.value);
    token.value = "";
    busy.value = false;
  };
  return (
    <Dialog title="Sign in" id="signin" close={close}>
      <p>Give a token of the daemon. It is exchanged for a cookie, and kept nowhere else.</p>
      <form
        class="stack"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <input class="sr" type="text" autocomplete="username" value="prism-gitops" tabIndex={-1} aria-hidden="true" readOnly />
        <label>
          Token
          <input type="password" autocomplete="current-password" value={token.value} aria-invalid={wrong.value === undefined ? undefined : "true"} aria-describedby={wrong.value === undefined ? undefined : "signin-wrong"} onInput={(event) => (token.value = event.currentTarget.value)} />
          {wrong.value !== undefined && (
            <span class="bad small" id="signin-wrong">
              {wrong.value}
            </span>
          )}
        </label>
        <div class="acts left">
          <button type="submit" class="btn main">
            Sign in
          </button>
          <button type="button" class="btn" onClick={close}>
            Not now
          </button>
        </div>
      </form>
    </Dialog>
  );
};

const Choice = <T extends string>({ name, title, of, words }: { name: string; title: string; of: { value: T }; words: Record<T, string> }) => (
  <fieldset>
    <legend>{title}</legend>
    {(Object.keys(words) as T[]).map((value) => (
      <label key={value} class="radio">
        <input type="radio" name={name} checked={of.value === value} onChange={() => (of.value = value)} /> {words[value]}
      </label>
    ))}
  </fieldset>
);

export const Sheet = () => {
  const me = session.value;
  const close = () => (sheet.value = false);
  return (
    <Dialog title="Settings and keys" id="sheet" close={close}>
      {me && (
        <p>
          {me.name}, {me.role}, by {me.via}{" "}
          {me.role === "reader" ? (
            <button type="button" class="btn" onClick={() => (close(), (signingIn.value = true))}>
              Sign in
            </button>
          ) : (
            <button type="button" class="btn" onClick={() => void signOut().then(close)}>
              Sign out
            </button>
          )}
        </p>
      )}
      <Choice name="theme" title="Theme" of={theme} words={{ auto: "as the system", light: "light", dark: "dark" }} />
      <Choice name="time" title="Times" of={time} words={{ relative: "relative", local: "exact, local", utc: "exact, UTC" }} />
      <fieldset>
        <legend>Motion and keys</legend>
        <label class="radio">
          <input type="checkbox" checked={frozen.value} onChange={(event) => (frozen.value = event.currentTarget.checked)} /> Freeze the page
        </label>
        <label class="radio">
          <input type="checkbox" checked={keysOn.value === "on"} onChange={(event) => (keysOn.value = event.currentTarget.checked ? "on" : "off")} /> Single keys act
        </label>
      </fieldset>
      <dl class="keys">
        {KEYS.map(([keys, what]) => (
          <div key={keys}>
            <dt>
              <kbd>{keys}</kbd>
            </dt>
            <dd>{what}</dd>
          </div>
        ))}
      </dl>
      <div class="acts left">
        <button type="button" class="btn main" onClick={close}>
          Close
        </button>
      </div>
    </Dialog>
  );
};
