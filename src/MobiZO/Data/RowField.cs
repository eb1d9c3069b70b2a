namespace MobiZO.Data;

/// <summary>A field that is written from the columns of a row, for files whose columns are not those of the template.</summary>
/// <param name="Name">What the template and the other options call it.</param>
/// <param name="Pattern">
/// Text with columns in braces. <c>{premise|sentence1}</c> takes the first of the columns that the row has; nothing after the last bar, as
/// in <c>{title|}</c>, stands for an empty text. What follows a colon changes the value: <c>trim</c>, <c>lower</c>, <c>capital</c> and
/// <c>uncapital</c> (the first letter; the word I stays), <c>question</c> (a capital and a question mark), <c>json</c> (as a JSON string),
/// <c>item(2)</c> and <c>get(key)</c> (of a JSON array from 0, of an object), <c>before(text)</c>, <c>after(text)</c>, <c>without(end)</c>,
/// <c>prefix(text)</c> and <c>map(a=b,c=d)</c>. <c>{{</c> and <c>}}</c> write a brace. Fields that stand before it in the list are columns
/// too.
/// </param>
public sealed record RowField(string Name, string Pattern);
