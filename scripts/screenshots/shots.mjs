import { openConversation, send, settled } from "./people.mjs";

/**
 * One line a picture of docs/images: its file, which post opens which page, how large the window is, and what is done
 * there before the picture is taken. `posts` signs posts in; a post that was signed in before is signed in still.
 */
export const shots = [
  {
    file: "conversation",
    async take({ posts }) {
      const lisbon = await posts.open("pt-lis-mne", "messages");
      const madrid = await posts.open("es-mad-mfa", "messages");
      await openConversation(lisbon, "Ministry of Foreign Affairs, Madrid");
      await send(lisbon, "Good morning, Madrid. The delegation lands at 14:20.", "One-time pad");
      await openConversation(madrid, "Ministry of Foreign Affairs, Lisbon");
      await madrid.getByText("lands at 14:20").first().waitFor();
      await send(madrid, "Understood. The note verbale is signed; the car waits at gate 3.", "One-time pad");
      await lisbon.getByText("gate 3").last().waitFor();
      await send(lisbon, "Thank you. Minutes of the last meeting follow under AES.", "AES-256");
      await madrid.getByText("Minutes of the last meeting").last().waitFor();
      await lisbon
        .getByRole("button", { name: /Key card/ })
        .first()
        .click();
      await lisbon.getByRole("region", { name: "Key card" }).waitFor();
      return lisbon;
    },
  },
  {
    file: "conversation-telephone",
    size: { width: 390, height: 800 },
    dark: true,
    async take({ posts }) {
      const madrid = await posts.open("es-mad-mfa", "messages");
      await madrid.getByRole("log").waitFor();
      return madrid;
    },
  },
  page("administration", "administrator", "admin"),
  page("administration-consumption", "administrator", "admin/consumption"),
  page("administration-ledger", "administrator", "admin/ledger"),
  {
    file: "administration-key-life",
    async take({ posts }) {
      const administrator = await posts.open("administrator", "admin/ledger");
      await administrator.getByRole("tab", { name: "Keys" }).click();
      await administrator.getByRole("table").getByRole("link").first().click();
      await administrator.getByText("Requested at").first().waitFor();
      return administrator;
    },
  },
  page("administration-kmes", "administrator", "admin/kmes"),
  page("administration-people", "administrator", "admin/people"),
  page("administration-policies", "administrator", "admin/policies"),
  page("administration-service", "administrator", "admin/service"),
  page("administration-space", "administrator", "admin/space"),
  {
    file: "vault",
    async take({ posts }) {
      const lisbon = await posts.open("pt-lis-mne", "vault");
      const store = lisbon.getByRole("button", { name: "Store a document" }).first();
      await store.waitFor();
      await store.click();
      return lisbon;
    },
  },
  {
    file: "stage",
    size: { width: 1600, height: 1000 },
    async take({ posts }) {
      const presenter = await posts.open("presenter", "stage");
      const desk = presenter.locator('[data-desk="alice"]');
      await desk.getByRole("textbox", { name: "Write a message" }).fill("The delegation lands at 14:20.");
      await desk.getByRole("button", { name: "Send", exact: true }).click();
      await presenter.locator('[data-desk="bob"]').getByText("lands at 14:20").waitFor();
      return presenter;
    },
  },
  {
    file: "stage-presenter",
    size: { width: 1600, height: 1000 },
    async take({ posts }) {
      const presenter = await posts.open("presenter", "stage");
      await presenter.getByRole("radio", { name: "Scenes", exact: true }).click();
      return presenter;
    },
  },
];

function page(file, post, path) {
  return { file, take: async ({ posts }) => settled(await posts.open(post, path)) };
}
