using MobiZO.Adapters;
using MobiZO.Generation;
using MobiZO.Models;

using var model = LocalModel.Open(args[0]);
var adapter = args.Length > 2 ? AdapterFiles.Load(args[2]) : null;
using var generator = new TextGenerator(model, adapter);
var options = new GenerationOptions
{
    MaxNewTokens = 40,
    Temperature = 0.8,
    TopP = 0.95,
    Seed = 1,
};
await foreach (var piece in generator.StreamAsync(args[1], options))
{
    Console.Write(piece);
}
