import { type SceneId, sceneIds } from "../../../lib/scenarios/scenes/scene.ts";
import en from "../../../lib/ui/i18n/en.json" with { type: "json" };

interface SceneTexts {
  readonly title: string;
  readonly question: string;
  readonly action: string;
  readonly number: string;
  readonly limit: string;
}

const head = `# Scenes

What the stage plays and \`npm run rehearse\` checks. Each scene answers a question of somebody who decides, by one
action in the real system, with one measured number and one honest limit. Nothing in it is scripted: engines, links,
ledger and agents are those of the deployment.

    npm run rehearse                                # starts a deployment, plays all, throws it away
    npm run rehearse -- eve auditor                 # only these
    URL=http://localhost:3000 npm run rehearse      # plays against a deployment that runs, and restores it

One line a scene on standard output: \`PASS <scene> <number> <unit>\` or \`FAIL <scene> <reason>\`; the exit status is 0
only if all pass. What happens meanwhile is on standard error. \`NETWORK=iberia-small\` chooses another network: it has
no satellite and too few sites for five custodians, so \`satellite\` and \`vault\` fail there as unsuited.

The texts below are the English ones of the stage (\`stage.scenes\` in lib/ui/i18n); a test keeps this page in step with
them (\`WRITE_DOCS=1 npx vitest run tests/scenarios/scenes/texts.test.ts\` writes it).
`;

/** docs/SCENES.md */
export function describeScenes(): string {
  const texts = en.stage.scenes as unknown as Readonly<Record<SceneId, SceneTexts>>;
  const parts = sceneIds.map((id) => {
    const { title, question, action, number, limit } = texts[id];
    return `\n## ${title} (\`${id}\`)\n\n- Question: ${question}\n- Action: ${action}\n- Number: ${number}\n- Limit: ${limit}\n`;
  });
  return head + parts.join("");
}
