import { SampleMap } from "./sample-map.tsx";

export default function Page() {
  return <SampleMap />;
}
