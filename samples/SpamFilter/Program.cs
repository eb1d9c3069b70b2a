using MobiZO;
using MobiZO.Classification;
using MobiZO.Data;

var options = new FineTuneOptions
{
    Model = args[0],
    TrainData = args[1],
    Output = args[2],
    Data = new DataOptions
    {
        Template = "{text}\nSpam:",
        LabelWords = LabelWord.ParseList("ham= no,spam= yes"),
        EvalFraction = 0.25,
    },
    Steps = 60,
};
var result = await new FineTuner(options).TrainAsync();
Console.WriteLine($"right on held-out messages: {result.First!.Accuracy:P0} before, {result.Best!.Accuracy:P0} after");

using var classifier = TextClassifier.OpenRun(options.Output);
foreach (var text in (string[])["See you at the station at six.", "You have WON a FREE prize! Call 0900 123 now to claim!"])
{
    var answer = classifier.Classify(text);
    Console.WriteLine($"{answer.Label} ({answer.Probability:P0}): {text}");
}
