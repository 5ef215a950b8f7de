import "driver.js/dist/driver.css";
import "./tour.css";
import { type Config, driver } from "driver.js";

/** Begins a tour: the library and its style are fetched with this file, when a tour is first wanted. */
export function drive(options: Config): void {
  driver(options).drive();
}
