// A question and what came of it: the stages while it is worked on, then the answer, or why there is none.
import { AnswerView, type Acts } from "./answer";
import type { Message } from "./api";
import { Question } from "./interpretation";
import type { Answer, Given } from "./types";
import { part } from "./types";
import { useWords } from "./words";

export interface Turn {
  id: string;
  message: string;
  sent?: Message | undefined;
  stage: string;
  answer?: Answer | undefined;
  given: Given | null;
  failure?: string | undefined;
}

export function TurnView(props: { turn: Turn; isLast: boolean; acts: Acts | undefined; dark: boolean; onAgain: () => void }) {
  const { turn, acts, isLast, dark } = props;
  const say = useWords();
  const { answer } = turn;
  const interpretation = answer && part(answer, "interpretation");
  const shown = { language: answer?.language ?? "en", isLast, until: answer?.provenance.data_as_of, onEdit: acts?.onEdit };
  return (
    <article class="turn" id={`turn-${turn.id}`}>
      <h2 class="hidden">{say.question}</h2>
      <p class="question" lang={answer?.language}>
        {interpretation ? <Question message={turn.message} interpretation={interpretation} {...shown} /> : turn.message}
      </p>
      <h2 class="hidden">{say.answer}</h2>
      {answer && <AnswerView answer={answer} given={turn.given} acts={acts} isLast={isLast} dark={dark} />}
      {turn.failure !== undefined && (
        <div class="answer error">
          <p class="said">{turn.failure}</p>
          <button class="plain" onClick={props.onAgain}>{say.again}</button>
        </div>
      )}
      {!answer && turn.failure === undefined && (
        <p class="working" role="status"><span class="dots" aria-hidden="true"><i /><i /><i /></span> {say.stages[turn.stage] ?? say.stages["translate"]}…</p>
      )}
    </article>
  );
}

