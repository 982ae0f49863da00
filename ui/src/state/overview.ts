// The board's answer, which the tabs and the title use, too.
import type { Overview } from "../api";
import { useQuery } from "./query";
import { api, env } from "./where";

export const useOverview = () => useQuery<Overview>(env.value === "" ? undefined : api("overview"));
