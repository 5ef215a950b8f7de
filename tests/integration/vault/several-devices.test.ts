import { afterEach, beforeEach, expect, it } from "vitest";
import { VolatileStore } from "../../../lib/messenger/store/volatile-store.ts";
import { isStored } from "../../../lib/scenarios/vault/vault.ts";
import { allMessages } from "../../../lib/scenarios/vault/vault-post.ts";
import { utf8 } from "../../../lib/shared/bytes.ts";
import { type TestDevice, until } from "../../messenger/fakes/world.ts";
import { VaultWorld, vaultOf } from "./support/vault-world.ts";

let world: VaultWorld;
let first: TestDevice;

beforeEach(async () => {
  world = await VaultWorld.create(["madrid", "rome"]);
  first = await world.person("Duty officer, Lisbon", "lisbon");
});
afterEach(() => world.close());

it("an own second device keeps neither the shares that the first one stores nor the answers to it", async () => {
  const conversation = await first.engine.openConversation(world.custodian("rome").party.user);
  const second = await world.world.start(first.user, new VolatileStore(), false);
  await until(second.engine, async () => (await second.engine.state()).phase === "approval-needed");
  const [waiting] = await first.engine.pendingDevices();
  await first.engine.approveDevice(waiting?.device ?? "", waiting?.digits ?? "");
  await until(second.engine, async () => (await second.engine.state()).phase === "ready");
  const devices = async () =>
    (await first.engine.conversations())
      .find(({ id }) => id === conversation)
      ?.members.find(({ user }) => user === first.user.id)?.devices;
  await until(first.engine, async () => (await devices()) === 2);

  const { vault, until: settled } = vaultOf(first.engine);
  const content = utf8("Only the first device put this into the vault.");
  const custodians = world.parties("madrid", "rome");
  const about = { threshold: 2, custodians, consenter: null, level: 0 } as const;
  const id = await vault.store({ name: "plan.txt", content, ...about });
  await settled(id, isStored);

  const here = () => allMessages(second.engine, conversation);
  await until(second.engine, async () => (await here()).length === 2);
  expect((await here()).map(({ content: { kind } }) => kind)).toEqual(["file", "file"]);
  expect(await vaultOf(second.engine).vault.list()).toEqual([]);
  expect((await here()).map(({ content: { kind } }) => kind)).toEqual(["deleted", "deleted"]);
});
