// How fresh the page is: the chip in the header, and the bars that say what is old, and since when.
import { useComputed } from "@preact/signals";
import { asOf, frozen, gone, gitStale, heardAt, newer, polled, standing, tenantStale } from "../state/fresh";
import { tryNow } from "../state/live";
import { at, tick } from "../net/clock";
import { Icon, Mark, Time } from "./basic";
import * as times from "./times";

export const Chip = () => {
  const about = asOf.value;
  const state = standing.value.state;
  if (gone.value) return <span class="fresh" />;
  const word = frozen.value ? "Frozen" : state === "live" ? "Live" : polled.value ? "Every minute" : "Connecting";
  return (
    <span class="fresh">
      <Icon name="live" />
      <span>
        <b>{word}</b>
        {about?.observedAt !== undefined && (
          <>
            {" "}
            <span class="wide">· tenant read </span>
            <Time at={about.observedAt} />
          </>
        )}
        {about?.source?.commit !== undefined && (
          <span class="wide">
            {" "}
            · commit <span class="mono">{about.source.commit.slice(0, 7)}</span>
          </span>
        )}
      </span>
    </span>
  );
};

const iso = (ms: number) => new Date(ms).toISOString();

export const Bars = () => {
  const about = asOf.value;
  return (
    <>
      <div role="alert">{gone.value && <Gone />}</div>
      <div role="status">
        {tenantStale.value && about?.observedAt !== undefined && (
          <div class="stalebar">
            <Mark icon="clock" tone="warn">
              The tenant is not read
            </Mark>
            <span>
              Prismatic was last read <Time at={about.observedAt} form="both" />. What is live may be otherwise by now.
            </span>
            {about.nextPassAt !== undefined && (
              <span class="soft">
                Next try <Time at={about.nextPassAt} />
              </span>
            )}
          </div>
        )}
        {gitStale.value && (
          <div class="stalebar">
            <Mark icon="clock" tone="warn">
              Git is not read
            </Mark>
            <span>
              {about?.source?.since !== undefined && <>Since <Time at={about.source.since} form="both" />. </>}
              What is declared is of commit <span class="mono">{about?.source?.commit?.slice(0, 7) ?? "unknown"}</span>. {about?.source?.message}
            </span>
          </div>
        )}
        {about?.paused && (
          <div class="stalebar">
            <Mark icon="held" tone="warn">
              Paused
            </Mark>
            <span>
              Nothing is written since <Time at={about.paused.since} form="both" />
              {about.paused.until != null && <>, until <Time at={about.paused.until} form="both" /></>}: {about.paused.reason}
            </span>
          </div>
        )}
        {newer.value && (
          <div class="stalebar">
            <Mark icon="move" tone="warn">
              This page is older than the daemon
            </Mark>
            <button type="button" class="btn" onClick={() => location.reload()}>
              Reload
            </button>
          </div>
        )}
      </div>
    </>
  );
};

/** The daemon is not heard: nothing on the page says what is true now. */
const Gone = () => {
  const about = standing.value;
  const since = iso(at(heardAt.value));
  const seconds = useComputed(() => {
    tick.value;
    return about.state === "gone" ? times.length((about.next - Date.now()) / 1000) : "";
  });
  return (
    <div class="stalebar" id="stale">
      <Mark icon="clock" tone="warn">
        Not live
      </Mark>
      <span>
        Shown as of <b>{times.clock(Date.parse(since), Date.parse(since), undefined, true)}</b>, <Time at={since} />. {about.state === "late" ? "Nothing was heard of the daemon since" : `The daemon has not answered since (${about.state === "gone" ? about.why : ""})`}; nothing here says what is true now.
      </span>
      {about.state === "gone" && <span class="soft" aria-hidden="true">Next try in {seconds}</span>}
      <button type="button" class="btn" onClick={tryNow}>
        Try now
      </button>
    </div>
  );
};
