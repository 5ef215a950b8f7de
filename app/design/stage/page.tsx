import { SampleStage } from "./sample-stage.tsx";

export default function Page() {
  return <SampleStage />;
}
