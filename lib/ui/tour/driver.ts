import "driver.js/dist/driver.css";
import "./tour.css";
import { type Config, driver } from "driver.js";

/**
 * Begins a tour: the library and its style are fetched with this file, when a tour is first wanted. The arrow keys go on
 * and back and Escape ends it, also while a step is still on its way: the library would let such a key go by.
 */
export function drive(options: Config): void {
  const keys = new AbortController();
  const tour = driver({
    ...options,
    allowKeyboardControl: false,
    onDestroyed: (...given) => {
      keys.abort();
      options.onDestroyed?.(...given);
    },
  });
  const take = ({ key }: KeyboardEvent): void => {
    if (key === "ArrowRight") tour.moveNext();
    else if (key === "ArrowLeft" && tour.hasPreviousStep()) tour.movePrevious();
    else if (key === "Escape") tour.destroy();
  };
  window.addEventListener("keyup", take, { signal: keys.signal });
  tour.drive();
}
